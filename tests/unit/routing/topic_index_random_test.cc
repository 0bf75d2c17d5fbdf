// Random sequences of subscribing, changing and leaving against a list that is walked.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "broker/routing/filter_tree.h"
#include "tests/unit/routing/small_topics.h"

namespace godwit::routing {
namespace {

using testing::filter;
using testing::name;
using testing::small_filters;
using testing::small_topics;

using Key = std::tuple<TenantId, std::string, std::uint32_t>;
using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

class TopicIndexRandom : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  std::uint32_t draw(std::size_t count) { return static_cast<std::uint32_t>(random_() % count); }

  Pairs naive(TenantId tenant, std::string_view topic) const {
    Pairs pairs;
    for (const auto& [key, value] : list_) {
      const auto& [its_tenant, text, subscriber] = key;
      if (its_tenant == tenant && mqtt::matches(filter(text), name(topic))) {
        pairs.emplace_back(subscriber, value);
      }
    }
    std::ranges::sort(pairs);
    return pairs;
  }

  Pairs indexed(TenantId tenant, std::string_view topic) {
    Pairs pairs;
    for (const NodeIndex node : tree_.match(tenant, name(topic))) {
      for (const Entry entry : tree_.entries(node)) {
        pairs.emplace_back(entry.key, entry.value);
      }
    }
    std::ranges::sort(pairs);
    return pairs;
  }

  // One change to both, with the same answer. By value: `key` may lie in the list.
  void change(Key key, bool put) {  // NOLINT(performance-unnecessary-value-param)
    const auto& [tenant, text, subscriber] = key;
    if (put) {
      const std::uint32_t value = draw(1000);
      const auto before = list_.find(key);
      const auto replaced = before == list_.end() ? std::nullopt : std::optional(before->second);
      list_[key] = value;
      const FilterTree::Put done = tree_.put(tenant, filter(text), {subscriber, value});
      ASSERT_EQ(done.replaced, replaced);
      // A filter keeps its number as long as anybody has it, and its text can be had from there.
      const auto known = numbers_.try_emplace({tenant, text}, done.node).first;
      ASSERT_EQ(known->second, done.node);
      std::string pattern;
      tree_.pattern(done.node, pattern);
      ASSERT_EQ(pattern, text);
    } else {
      ASSERT_EQ(tree_.erase(tree_.find(tenant, filter(text)), subscriber), list_.erase(key) == 1);
      if (tree_.find(tenant, filter(text)) == NodeIndex{}) {
        numbers_.erase({tenant, text});
      }
    }
    ASSERT_EQ(tree_.size(), list_.size());
  }

  std::mt19937_64 random_{GetParam()};
  FilterTree tree_{HashKey{GetParam(), ~GetParam()}};
  std::map<Key, std::uint32_t> list_;
  std::map<std::pair<TenantId, std::string>, NodeIndex> numbers_;
};

// Phases lean to growing or shrinking, so that sets and tables pass their sizes in both directions.
TEST_P(TopicIndexRandom, agrees_with_a_list_after_every_change) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  const std::vector<std::string> filters = small_filters(3);
  const std::vector<std::string> topics = small_topics(3);
  // Few of the filters get most of the subscribers.
  for (int step = 0; step < 6000; ++step) {
    const bool growing = step / 1000 % 2 == 0;
    const bool put = draw(10) < (growing ? 8U : 2U);
    const std::size_t reach = draw(2) == 0 ? 3 : filters.size();
    Key key{TenantId{draw(2)}, filters[draw(reach)], draw(200)};
    if (!put && !list_.empty() && draw(2) == 0) {
      key = std::next(list_.begin(), draw(list_.size()))->first;
    }
    ASSERT_NO_FATAL_FAILURE(change(key, put));
    if (step % 8 == 0) {
      const TenantId tenant{draw(2)};
      const std::string& topic = topics[draw(topics.size())];
      ASSERT_EQ(indexed(tenant, topic), naive(tenant, topic)) << "step " << step << " " << topic;
    }
  }
  while (!list_.empty()) {
    ASSERT_NO_FATAL_FAILURE(change(list_.begin()->first, false));
  }
  EXPECT_EQ(tree_.node_count(), 0U);
  EXPECT_EQ(tree_.bytes(), 0U);
}

TEST_P(TopicIndexRandom, holds_many_distinct_levels_while_they_come_and_go) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (int step = 0; step < 20'000; ++step) {
    const bool put = draw(10) < (step < 10'000 ? 9U : 2U);
    const std::string text = "d/" + std::to_string(draw(5000)) + "/" + std::to_string(draw(3));
    ASSERT_NO_FATAL_FAILURE(change({TenantId{}, text, draw(2)}, put));
  }
  for (const auto& [key, value] : list_) {
    const auto& [tenant, text, subscriber] = key;
    const std::uint32_t* found = tree_.find(tree_.find(tenant, filter(text)), subscriber);
    ASSERT_NE(found, nullptr) << text;
    ASSERT_EQ(*found, value);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TopicIndexRandom, ::testing::Values(1, 2, 3, 20'261'122));

}  // namespace
}  // namespace godwit::routing
