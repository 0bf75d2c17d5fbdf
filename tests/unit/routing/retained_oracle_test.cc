// Reading the retained store against the naive matcher, with every size of slice.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "broker/routing/retained_store.h"
#include "broker/routing/topic_order.h"
#include "tests/unit/routing/small_topics.h"

namespace godwit::routing {
namespace {

using testing::filter;
using testing::name;
using testing::small_filters;
using testing::small_topics;

RetainedStore store_of(const std::vector<std::string>& topics) {
  RetainedStore store{RetainedLimits{}};
  for (const std::string& topic : topics) {
    mqtt::Publish publish;
    publish.topic = name(topic);
    publish.payload = as_bytes("x");
    EXPECT_EQ(store.set(TenantId{}, mqtt::MessageRef::make(publish, {})), RetainOutcome::kStored);
  }
  return store;
}

std::vector<std::string> read_all(RetainedStore& store, const std::string& text,
                                  std::size_t slice) {
  std::vector<std::string> topics;
  std::vector<mqtt::MessageRef> out;
  std::string after;
  while (store.read(TenantId{}, filter(text), {}, slice, after, out)) {
  }
  topics.reserve(out.size());
  for (const mqtt::MessageRef& ref : out) {
    topics.emplace_back(ref->topic().text());
  }
  return topics;
}

// `topics` in the order of the store.
std::vector<std::string> naive(const std::vector<std::string>& topics, const std::string& text) {
  std::vector<std::string> found;
  for (const std::string& topic : topics) {
    if (mqtt::matches(filter(text), name(topic))) {
      found.push_back(topic);
    }
  }
  return found;
}

void expect_agreement(std::vector<std::string> topics, const std::vector<std::string>& filters,
                      const std::vector<std::size_t>& slices) {
  RetainedStore store = store_of(topics);
  std::ranges::sort(topics, topic_before);
  for (const std::string& text : filters) {
    const std::vector<std::string> expected = naive(topics, text);
    for (const std::size_t slice : slices) {
      ASSERT_EQ(read_all(store, text, slice), expected) << text << " by " << slice;
    }
  }
}

TEST(RetainedOracle, all_small_topics_are_found_by_all_small_filters_in_order) {
  expect_agreement(small_topics(4), small_filters(4), {1, 2, 3, 7, 1000});
}

// What is skipped depends on what is missing, so most topics are left out here.
TEST(RetainedOracle, few_topics_are_found_by_all_small_filters_in_order) {
  const std::vector<std::string> topics = small_topics(4);
  const std::vector<std::string> filters = small_filters(4);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<std::string> some;
    for (const std::string& topic : topics) {
      if (random() % 20 < seed % 7 + 1) {
        some.push_back(topic);
      }
    }
    expect_agreement(some, filters, {1, 5});
  }
}

// Bytes on both sides of '/' and of '$', also as beginnings of each other.
TEST(RetainedOracle, neighbours_of_the_slash_and_the_dollar_do_not_hide_topics) {
  const std::vector<std::string> words = {"!", "$", "%", "a", "a!", "aa", "a\xC3\xA9", ""};
  std::vector<std::string> filter_words = words;
  filter_words.emplace_back("+");

  std::vector<std::string> filters = testing::joins(filter_words, 3);
  for (const std::string& head : testing::joins(filter_words, 2)) {
    filters.push_back(head + "/#");
  }
  expect_agreement(testing::joins(words, 3), filters, {1, 1000});
}

}  // namespace
}  // namespace godwit::routing
