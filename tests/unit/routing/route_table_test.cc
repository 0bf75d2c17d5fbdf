#include "broker/routing/route_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/unit/routing/allocation_count.h"
#include "tests/unit/routing/small_topics.h"

namespace godwit::routing {
namespace {

using testing::allocation_count;
using ::testing::ElementsAre;
using testing::filter;
using ::testing::IsEmpty;
using testing::name;
using testing::small_filters;
using testing::small_topics;
using ::testing::UnorderedElementsAre;

constexpr TenantId kTenant{0};
constexpr HashKey kKey{1, 2};
const Destination kThread = Destination::of(ThreadIndex{1});
const Destination kNode = Destination::of(NodeId{1});
const Destination kShard = Destination::of(ShardId{1});

std::vector<Destination> lookup(const RouteTable& table, std::string_view topic) {
  std::vector<Destination> found;
  table.lookup(kTenant, name(topic), found);
  return found;
}

TEST(RouteTable, agrees_with_the_naive_matcher_on_all_small_filters_and_topics) {
  constexpr std::uint16_t kDestinations = 7;
  const std::vector<std::string> filters = small_filters(4);
  RouteTable table(kKey);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto shard = Destination::of(ShardId(static_cast<std::uint16_t>(i % kDestinations)));
    ASSERT_TRUE(table.add(kTenant, filter(filters[i]), shard));
  }
  for (const std::string& topic : small_topics(4)) {
    std::set<std::uint64_t> expected;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (mqtt::matches(filter(filters[i]), name(topic))) {
        expected.insert(i % kDestinations);
      }
    }
    const std::vector<Destination> found = lookup(table, topic);
    std::set<std::uint64_t> given;
    for (const Destination& destination : found) {
      given.insert(destination.number);
    }
    ASSERT_EQ(given, expected) << topic;
    ASSERT_EQ(found.size(), given.size()) << topic;
  }
}

// One destination for each: so none hides behind another that leads to the same place.
TEST(RouteTable, agrees_with_the_naive_matcher_for_each_small_filter_alone) {
  RouteTable table(kKey);
  for (const std::string& text : small_filters(3)) {
    ASSERT_TRUE(table.add(kTenant, filter(text), kNode));
    for (const std::string& topic : small_topics(4)) {
      ASSERT_EQ(lookup(table, topic).size(), mqtt::matches(filter(text), name(topic)) ? 1U : 0U)
          << text << " and " << topic;
    }
    ASSERT_TRUE(table.remove(kTenant, filter(text), kNode));
    ASSERT_TRUE(table.empty());
  }
  EXPECT_EQ(table.bytes(), 0U);
}

TEST(RouteTable, the_first_add_and_the_last_remove_say_so) {
  RouteTable table(kKey);
  EXPECT_TRUE(table.empty());
  EXPECT_TRUE(table.add(kTenant, filter("a/#"), kThread));
  EXPECT_FALSE(table.add(kTenant, filter("a/#"), kThread));
  EXPECT_FALSE(table.add(kTenant, filter("a/#"), kThread));
  EXPECT_FALSE(table.empty());
  EXPECT_FALSE(table.remove(kTenant, filter("a/#"), kThread));
  EXPECT_FALSE(table.remove(kTenant, filter("a/#"), kThread));
  EXPECT_THAT(lookup(table, "a/b"), ElementsAre(kThread));
  EXPECT_TRUE(table.remove(kTenant, filter("a/#"), kThread));
  EXPECT_THAT(lookup(table, "a/b"), IsEmpty());
  EXPECT_TRUE(table.empty());
}

TEST(RouteTable, the_same_topic_again_gets_what_is_true_by_then) {
  RouteTable table(kKey);
  EXPECT_THAT(lookup(table, "a"), IsEmpty());
  table.add(kTenant, filter("+"), kThread);
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kThread));
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kThread));
  table.add(kTenant, filter("a"), kNode);
  EXPECT_THAT(lookup(table, "a"), UnorderedElementsAre(kThread, kNode));
  table.remove(kTenant, filter("+"), kThread);
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kNode));
  EXPECT_THAT(lookup(table, "b"), IsEmpty());
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kNode));
}

TEST(RouteTable, the_same_topic_of_another_tenant_is_another) {
  RouteTable table(kKey);
  table.add(kTenant, filter("a"), kThread);
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kThread));
  std::vector<Destination> found;
  table.lookup(TenantId{1}, name("a"), found);
  EXPECT_THAT(found, IsEmpty());
}

TEST(RouteTable, adds_to_what_is_there) {
  RouteTable table(kKey);
  table.add(kTenant, filter("a"), kThread);
  std::vector<Destination> found{kNode};
  table.lookup(kTenant, name("a"), found);
  table.lookup(kTenant, name("a"), found);
  EXPECT_THAT(found, ElementsAre(kNode, kThread, kThread));
}

TEST(RouteTable, counts_each_filter_and_each_destination_apart) {
  RouteTable table(kKey);
  EXPECT_TRUE(table.add(kTenant, filter("a"), kThread));
  EXPECT_TRUE(table.add(kTenant, filter("+"), kThread));
  EXPECT_TRUE(table.add(kTenant, filter("a"), kNode));
  EXPECT_TRUE(table.remove(kTenant, filter("a"), kThread));
  EXPECT_THAT(lookup(table, "a"), UnorderedElementsAre(kThread, kNode));
  EXPECT_TRUE(table.remove(kTenant, filter("+"), kThread));
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kNode));
}

TEST(RouteTable, kinds_of_destinations_with_the_same_number_are_different) {
  RouteTable table(kKey);
  table.add(kTenant, filter("a"), kThread);
  table.add(kTenant, filter("a"), kNode);
  table.add(kTenant, filter("a"), kShard);
  EXPECT_THAT(lookup(table, "a"), UnorderedElementsAre(kThread, kNode, kShard));
}

TEST(RouteTable, a_destination_with_several_matching_filters_comes_once) {
  RouteTable table(kKey);
  for (const char* text : {"a/b", "a/+", "+/b", "a/#", "#"}) {
    table.add(kTenant, filter(text), kThread);
    table.add(kTenant, filter(text), kShard);
  }
  EXPECT_THAT(lookup(table, "a/b"), UnorderedElementsAre(kThread, kShard));
  // Also in the next lookup, and next to what the vector holds already.
  std::vector<Destination> found = lookup(table, "a/b");
  table.lookup(kTenant, name("a/b"), found);
  EXPECT_EQ(found.size(), 4U);
}

TEST(RouteTable, removing_what_was_never_added_changes_nothing) {
  RouteTable table(kKey);
  EXPECT_FALSE(table.remove(kTenant, filter("a"), kThread));
  table.add(kTenant, filter("a"), kThread);
  EXPECT_FALSE(table.remove(kTenant, filter("a"), kNode));
  EXPECT_FALSE(table.remove(kTenant, filter("b"), kThread));
  EXPECT_FALSE(table.remove(TenantId{1}, filter("a"), kThread));
  EXPECT_THAT(lookup(table, "a"), ElementsAre(kThread));
}

TEST(RouteTable, tenants_do_not_see_each_other) {
  RouteTable table(kKey);
  table.add(TenantId{1}, filter("#"), kThread);
  EXPECT_THAT(lookup(table, "a"), IsEmpty());
}

TEST(RouteTable, the_place_of_a_destination_that_left_serves_the_next) {
  RouteTable table(kKey);
  for (std::uint16_t i = 0; i < 1000; ++i) {
    const Destination shard = Destination::of(ShardId{i});
    ASSERT_TRUE(table.add(kTenant, filter("a"), shard));
    ASSERT_THAT(lookup(table, "a"), ElementsAre(shard));
    ASSERT_TRUE(table.remove(kTenant, filter("a"), shard));
  }
  EXPECT_TRUE(table.empty());
}

TEST(RouteTable, lookup_allocates_nothing_once_it_is_warm) {
  RouteTable table(kKey);
  for (std::uint16_t i = 0; i < 64; ++i) {
    table.add(kTenant, filter("a/+/c"), Destination::of(ShardId{i}));
    table.add(kTenant, filter("a/#"), Destination::of(ShardId{i}));
  }
  std::vector<Destination> found;
  table.lookup(kTenant, name("a/b/c"), found);
  EXPECT_EQ(found.size(), 64U);
  const std::size_t before = allocation_count();
  found.clear();
  table.lookup(kTenant, name("a/b/c"), found);
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(found.size(), 64U);
}

}  // namespace
}  // namespace godwit::routing
