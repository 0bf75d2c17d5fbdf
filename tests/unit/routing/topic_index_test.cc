#include "broker/routing/topic_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "broker/routing/filter_tree.h"
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
constexpr HashKey kKey{0x0123456789ABCDEF, 0xFEDCBA9876543210};

SubscriptionBits bits_of(std::uint8_t qos) {
  SubscriptionBits bits;
  bits.qos = qos & 3U;
  return bits;
}

// True if the subscription is new.
bool insert(TopicIndex& index, TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber,
            SubscriptionBits bits) {
  return !index.insert(tenant, filter, subscriber, bits).replaced;
}

bool erase(TopicIndex& index, TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber) {
  return index.erase(index.find(tenant, filter), subscriber);
}

std::vector<std::uint32_t> subscribers(const TopicIndex& index, TenantId tenant,
                                       std::string_view topic) {
  std::vector<Match> matches;
  index.match(tenant, name(topic), matches);
  std::vector<std::uint32_t> numbers;
  numbers.reserve(matches.size());
  for (const Match& match : matches) {
    numbers.push_back(match.subscriber.value());
  }
  return numbers;
}

TEST(TopicIndex, agrees_with_the_naive_matcher_on_all_small_filters_and_topics) {
  const std::vector<std::string> filters = small_filters(4);
  TopicIndex index(kKey);
  for (std::uint32_t i = 0; i < filters.size(); ++i) {
    ASSERT_TRUE(insert(index, kTenant, filter(filters[i]), Subscriber{i}, {}));
  }
  EXPECT_EQ(index.size(), filters.size());
  for (const std::string& topic : small_topics(4)) {
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < filters.size(); ++i) {
      if (mqtt::matches(filter(filters[i]), name(topic))) {
        expected.push_back(i);
      }
    }
    std::vector<std::uint32_t> given = subscribers(index, kTenant, topic);
    std::ranges::sort(given);
    ASSERT_EQ(given, expected) << topic;
  }
}

TEST(TopicIndex, agrees_with_the_naive_matcher_for_each_small_filter_alone) {
  TopicIndex index(kKey);
  for (const std::string& text : small_filters(3)) {
    ASSERT_TRUE(insert(index, kTenant, filter(text), Subscriber{7}, {}));
    for (const std::string& topic : small_topics(4)) {
      ASSERT_EQ(subscribers(index, kTenant, topic).size(),
                mqtt::matches(filter(text), name(topic)) ? 1U : 0U)
          << text << " and " << topic;
    }
    ASSERT_TRUE(erase(index, kTenant, filter(text), Subscriber{7}));
    ASSERT_EQ(index.size(), 0U);
  }
}

// MQTT-4.7.2-1
TEST(TopicIndex, leading_wildcards_do_not_take_topics_that_begin_with_dollar) {
  TopicIndex index(kKey);
  index.insert(kTenant, filter("#"), Subscriber{1}, {});
  index.insert(kTenant, filter("+/info"), Subscriber{2}, {});
  index.insert(kTenant, filter("$SYS/#"), Subscriber{3}, {});
  index.insert(kTenant, filter("$SYS/+"), Subscriber{4}, {});
  EXPECT_THAT(subscribers(index, kTenant, "$SYS/info"), UnorderedElementsAre(3, 4));
  EXPECT_THAT(subscribers(index, kTenant, "$SYS"), ElementsAre(3));
  EXPECT_THAT(subscribers(index, kTenant, "a/info"), UnorderedElementsAre(1, 2));
  // Only at the beginning.
  EXPECT_THAT(subscribers(index, kTenant, "a/$SYS"), ElementsAre(1));
}

// MQTT-3.8.4-3, MQTT311-3.8.4-3
TEST(TopicIndex, inserting_again_replaces_the_bits) {
  TopicIndex index(kKey);
  EXPECT_TRUE(insert(index, kTenant, filter("a/+"), Subscriber{1}, bits_of(2)));
  SubscriptionBits bits = bits_of(1);
  bits.no_local = 1;
  bits.all_topics_allowed = 1;
  EXPECT_FALSE(insert(index, kTenant, filter("a/+"), Subscriber{1}, bits));
  EXPECT_EQ(index.size(), 1U);
  std::vector<Match> matches;
  index.match(kTenant, name("a/b"), matches);
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].subscriber, Subscriber{1});
  EXPECT_EQ(matches[0].bits.granted_qos(), mqtt::Qos::kAtLeastOnce);
  EXPECT_EQ(matches[0].bits.no_local, 1);
  EXPECT_EQ(matches[0].bits.all_topics_allowed, 1);
  EXPECT_EQ(matches[0].bits.retain_as_published, 0);
}

TEST(TopicIndex, a_subscriber_comes_once_for_each_of_its_filters) {
  TopicIndex index(kKey);
  for (const char* text : {"a/b", "a/+", "+/b", "a/#", "#"}) {
    index.insert(kTenant, filter(text), Subscriber{5}, {});
  }
  EXPECT_THAT(subscribers(index, kTenant, "a/b"), ElementsAre(5, 5, 5, 5, 5));
}

TEST(TopicIndex, match_appends_to_what_the_vector_holds) {
  TopicIndex index(kKey);
  index.insert(kTenant, filter("a"), Subscriber{1}, {});
  std::vector<Match> matches;
  index.match(kTenant, name("a"), matches);
  index.match(kTenant, name("a"), matches);
  EXPECT_EQ(matches.size(), 2U);
}

TEST(TopicIndex, tenants_do_not_see_each_other) {
  TopicIndex index(kKey);
  index.insert(TenantId{1}, filter("a/#"), Subscriber{1}, {});
  index.insert(TenantId{2}, filter("a/#"), Subscriber{2}, {});
  EXPECT_THAT(subscribers(index, TenantId{1}, "a/b"), ElementsAre(1));
  EXPECT_THAT(subscribers(index, TenantId{2}, "a/b"), ElementsAre(2));
  EXPECT_THAT(subscribers(index, TenantId{3}, "a/b"), IsEmpty());
  EXPECT_FALSE(erase(index, TenantId{1}, filter("a/#"), Subscriber{2}));
}

TEST(TopicIndex, only_the_pattern_of_a_shared_filter_counts) {
  TopicIndex index(kKey);
  index.insert(kTenant, filter("$share/group/a/+"), Subscriber{1}, {});
  EXPECT_THAT(subscribers(index, kTenant, "a/b"), ElementsAre(1));
  EXPECT_THAT(subscribers(index, kTenant, "$share/group/a/b"), IsEmpty());
}

// MQTT-4.7.3-4, MQTT311-4.7.3-4
TEST(TopicIndex, levels_are_compared_byte_by_byte) {
  TopicIndex index(kKey);
  index.insert(kTenant, filter("caf\xC3\xA9"), Subscriber{1}, {});
  index.insert(kTenant, filter("A"), Subscriber{2}, {});
  EXPECT_THAT(subscribers(index, kTenant, "cafe\xCC\x81"), IsEmpty());
  EXPECT_THAT(subscribers(index, kTenant, "caf\xC3\xA9"), ElementsAre(1));
  EXPECT_THAT(subscribers(index, kTenant, "a"), IsEmpty());
}

// MQTT311-3.10.4-1: a filter is compared as it is written.
TEST(TopicIndex, erasing_what_is_not_there_changes_nothing) {
  TopicIndex index(kKey);
  EXPECT_FALSE(erase(index, kTenant, filter("a"), Subscriber{1}));
  index.insert(kTenant, filter("a/b"), Subscriber{1}, {});
  for (const char* text : {"a", "a/+", "a/#", "a/b/c", "b", "#"}) {
    EXPECT_FALSE(erase(index, kTenant, filter(text), Subscriber{1})) << text;
  }
  EXPECT_FALSE(erase(index, kTenant, filter("a/b"), Subscriber{2}));
  EXPECT_EQ(index.size(), 1U);
}

TEST(TopicIndex, long_and_short_levels_live_side_by_side) {
  TopicIndex index(kKey);
  const std::string sixteen(16, 'x');
  const std::string seventeen(17, 'x');
  const std::string huge(65'000, 'x');
  index.insert(kTenant, filter(sixteen), Subscriber{1}, {});
  index.insert(kTenant, filter(seventeen), Subscriber{2}, {});
  index.insert(kTenant, filter(huge), Subscriber{3}, {});
  EXPECT_THAT(subscribers(index, kTenant, sixteen), ElementsAre(1));
  EXPECT_THAT(subscribers(index, kTenant, seventeen), ElementsAre(2));
  EXPECT_THAT(subscribers(index, kTenant, huge), ElementsAre(3));
  EXPECT_TRUE(erase(index, kTenant, filter(seventeen), Subscriber{2}));
  EXPECT_THAT(subscribers(index, kTenant, seventeen), IsEmpty());
  EXPECT_THAT(subscribers(index, kTenant, huge), ElementsAre(3));
}

// E-093
TEST(TopicIndex, the_depth_of_a_filter_costs_no_stack) {
  const std::string slashes(65'535, '/');
  TopicIndex index(kKey);
  index.insert(kTenant, filter(slashes), Subscriber{1}, {});
  index.insert(kTenant, filter("/#"), Subscriber{2}, {});
  EXPECT_THAT(subscribers(index, kTenant, slashes), UnorderedElementsAre(1, 2));
  EXPECT_TRUE(erase(index, kTenant, filter(slashes), Subscriber{1}));
  EXPECT_THAT(subscribers(index, kTenant, slashes), ElementsAre(2));
}

TEST(TopicIndex, matching_allocates_nothing_once_it_is_warm) {
  TopicIndex index(kKey);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::string text = "room/" + std::to_string(i % 50) + "/+/value";
    index.insert(kTenant, filter(text), Subscriber{i}, {});
  }
  index.insert(kTenant, filter("#"), Subscriber{1000}, {});
  std::vector<Match> matches;
  index.match(kTenant, name("room/7/lamp/value"), matches);
  const std::size_t before = allocation_count();
  for (int i = 0; i < 100; ++i) {
    matches.clear();
    index.match(kTenant, name("room/7/lamp/value"), matches);
    index.match(kTenant, name("unknown/words/everywhere"), matches);
  }
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(matches.size(), 22U);
}

// What comes and goes must not be linear in those who stay: 100,000 clients that subscribe to one
// filter and leave would move 80 GB through a sorted array.
TEST(TopicIndex, a_filter_with_100000_subscribers_changes_without_walking_them) {
  constexpr std::uint32_t kCount = 100'000;
  TopicIndex index(kKey);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(insert(index, kTenant, filter("news/#"), Subscriber{i}, bits_of(0)));
  }
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_FALSE(insert(index, kTenant, filter("news/#"), Subscriber{i}, bits_of(1)));
  }
  EXPECT_EQ(index.size(), kCount);
  std::vector<Match> matches;
  index.match(kTenant, name("news/today"), matches);
  ASSERT_EQ(matches.size(), kCount);
  EXPECT_TRUE(std::ranges::all_of(matches, [](const Match& m) { return m.bits.qos == 1; }));

  std::vector<std::uint32_t> order(kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    order[i] = i;
  }
  std::ranges::shuffle(order, std::mt19937_64(1));  // NOLINT(bugprone-random-generator-seed)
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(erase(index, kTenant, filter("news/#"), Subscriber{order[i]}));
    ASSERT_FALSE(erase(index, kTenant, filter("news/#"), Subscriber{order[i]}));
    if (i % 9'973 == 0) {
      std::vector<std::uint32_t> left = subscribers(index, kTenant, "news");
      std::vector<std::uint32_t> expected(order.begin() + i + 1, order.end());
      std::ranges::sort(left);
      std::ranges::sort(expected);
      ASSERT_EQ(left, expected);
    }
  }
  EXPECT_EQ(index.size(), 0U);
}

TEST(FilterTree, gives_back_every_node_when_the_last_filter_goes) {
  FilterTree tree(kKey);
  const std::vector<std::string> filters = small_filters(3);
  for (const std::string& text : filters) {
    tree.put(TenantId{3}, filter(text), {1, 0});
  }
  const std::size_t full = tree.node_count();
  for (const std::string& text : filters) {
    ASSERT_TRUE(tree.erase(tree.find(TenantId{3}, filter(text)), 1));
  }
  EXPECT_EQ(tree.node_count(), 0U);
  for (const std::string& text : filters) {
    tree.put(TenantId{3}, filter(text), {1, 0});
  }
  EXPECT_EQ(tree.node_count(), full);
}

TEST(FilterTree, uses_its_memory_again_after_filters_came_and_went) {
  FilterTree tree(kKey);
  std::size_t settled = 0;
  for (int round = 0; round < 20; ++round) {
    const std::size_t before = allocation_count();
    for (int i = 0; i < 500; ++i) {
      tree.put(kTenant, filter("d/" + std::to_string(round) + "-" + std::to_string(i)), {1, 0});
    }
    for (int i = 0; i < 500; ++i) {
      const std::string text = "d/" + std::to_string(round) + "-" + std::to_string(i);
      tree.erase(tree.find(kTenant, filter(text)), 1);
    }
    settled = allocation_count() - before;
  }
  EXPECT_EQ(settled, 0U);
}

}  // namespace
}  // namespace godwit::routing
