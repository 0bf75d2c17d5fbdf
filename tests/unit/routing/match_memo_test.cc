// The last answers of a tree of filters must be those that a walk would give.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "broker/routing/topic_index.h"

namespace godwit::routing {
namespace {

constexpr TenantId kTenant{0};

class Remembered : public testing::Test {
 protected:
  FilterId subscribe(std::string_view filter, std::uint32_t subscriber, TenantId tenant = kTenant) {
    return index_
        .insert(tenant, mqtt::TopicFilter::from_checked(filter), Subscriber{subscriber}, {})
        .filter;
  }
  // Asked twice: the second answer is the remembered one.
  std::vector<std::uint32_t> subscribers(std::string_view topic, TenantId tenant = kTenant) {
    const auto first = ask(topic, tenant);
    EXPECT_EQ(ask(topic, tenant), first);
    return first;
  }

 private:
  std::vector<std::uint32_t> ask(std::string_view topic, TenantId tenant) {
    std::vector<Match> matches;
    index_.match(tenant, mqtt::TopicName::from_checked(topic), matches);
    std::vector<std::uint32_t> found;
    for (const Match& match : matches) {
      found.push_back(match.subscriber.value());
    }
    std::ranges::sort(found);
    return found;
  }

 protected:
  TopicIndex index_{HashKey{1, 2}};
};

using Numbers = std::vector<std::uint32_t>;

TEST_F(Remembered, an_answer_ends_with_the_next_change) {
  EXPECT_EQ(subscribers("a/b"), Numbers{});
  subscribe("a/b", 1);
  EXPECT_EQ(subscribers("a/b"), Numbers{1});
  const FilterId all = subscribe("a/#", 2);
  EXPECT_EQ(subscribers("a/b"), (Numbers{1, 2}));
  EXPECT_TRUE(index_.erase(all, Subscriber{2}));
  EXPECT_EQ(subscribers("a/b"), Numbers{1});
}

TEST_F(Remembered, no_match_is_an_answer_too) {
  subscribe("a", 1);
  EXPECT_EQ(subscribers("b"), Numbers{});
  subscribe("b", 2);
  EXPECT_EQ(subscribers("b"), Numbers{2});
}

TEST_F(Remembered, tenants_have_their_own) {
  subscribe("t", 1, TenantId{1});
  subscribe("t", 2, TenantId{2});
  EXPECT_EQ(subscribers("t", TenantId{1}), Numbers{1});
  EXPECT_EQ(subscribers("t", TenantId{2}), Numbers{2});
  EXPECT_EQ(subscribers("t", TenantId{3}), Numbers{});
}

TEST_F(Remembered, topics_around_the_longest_that_is_kept) {
  for (std::size_t size = 60; size < 70; ++size) {
    subscribe(std::string(size, 'x'), static_cast<std::uint32_t>(size));
  }
  for (std::size_t size = 60; size < 70; ++size) {
    EXPECT_EQ(subscribers(std::string(size, 'x')), Numbers{static_cast<std::uint32_t>(size)});
  }
}

TEST_F(Remembered, more_nodes_than_are_kept) {
  Numbers all;
  for (const std::string filter : {"a/b/c", "+/b/c", "a/+/c", "a/b/+", "#", "a/#", "a/b/#"}) {
    all.push_back(static_cast<std::uint32_t>(all.size()));
    subscribe(filter, all.back());
    EXPECT_EQ(subscribers("a/b/c"), all);
  }
}

// More topics than places, so that many share one; asked in an order that mixes them.
TEST_F(Remembered, topics_that_share_a_place) {
  constexpr std::uint32_t kTopics = 5'000;
  for (std::uint32_t i = 0; i < kTopics; ++i) {
    subscribe("device/" + std::to_string(i) + "/state", i);
  }
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < kTopics; ++i) {
      const std::uint32_t which = i * 7'919 % kTopics;
      ASSERT_EQ(subscribers("device/" + std::to_string(which) + "/state"), Numbers{which});
    }
  }
}

}  // namespace
}  // namespace godwit::routing
