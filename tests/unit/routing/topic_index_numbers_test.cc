// What the index says of a filter by its number: bits, text, and what all of them cost.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "broker/routing/filter_tree.h"
#include "broker/routing/topic_index.h"
#include "tests/unit/routing/small_topics.h"

namespace godwit::routing {
namespace {

using testing::filter;
using testing::small_filters;

constexpr TenantId kTenant{0};
constexpr HashKey kKey{0x0123456789ABCDEF, 0xFEDCBA9876543210};

SubscriptionBits bits_of(std::uint8_t qos) {
  SubscriptionBits bits;
  bits.qos = qos & 3U;
  return bits;
}

TEST(TopicIndex, a_filter_has_one_number_as_long_as_anybody_subscribes_to_it) {
  TopicIndex index(kKey);
  EXPECT_EQ(index.find(kTenant, filter("a/+")), FilterId{});
  const FilterId number = index.insert(kTenant, filter("a/+"), Subscriber{1}, {}).filter;
  EXPECT_NE(number, FilterId{});
  EXPECT_EQ(index.insert(kTenant, filter("a/+"), Subscriber{2}, {}).filter, number);
  EXPECT_TRUE(index.erase(number, Subscriber{1}));
  EXPECT_FALSE(index.erase(number, Subscriber{1}));
  EXPECT_EQ(index.find(kTenant, filter("a/+")), number);
  // On the way to it nobody subscribes, though there is a node.
  EXPECT_EQ(index.find(kTenant, filter("a")), FilterId{});
  EXPECT_TRUE(index.erase(number, Subscriber{2}));
  EXPECT_EQ(index.find(kTenant, filter("a/+")), FilterId{});
}

TEST(TopicIndex, bits_are_found_and_set_by_the_number) {
  TopicIndex index(kKey);
  SubscriptionBits bits = bits_of(1);
  bits.place = SubscriptionBits::kPlacesMax - 1;
  bits.has_identifier = 1;
  const auto [number, replaced] = index.insert(kTenant, filter("a"), Subscriber{1}, bits);
  EXPECT_FALSE(replaced.has_value());
  EXPECT_EQ(index.bits(number, Subscriber{1})->place, SubscriptionBits::kPlacesMax - 1);
  EXPECT_EQ(index.bits(number, Subscriber{1})->has_identifier, 1);
  EXPECT_FALSE(index.bits(number, Subscriber{2}).has_value());
  EXPECT_FALSE(index.bits(FilterId{}, Subscriber{1}).has_value());
  EXPECT_FALSE(index.erase(FilterId{}, Subscriber{1}));
  index.set_bits(number, Subscriber{1}, bits_of(2));
  EXPECT_EQ(index.bits(number, Subscriber{1})->qos, 2);
  EXPECT_EQ(index.insert(kTenant, filter("a"), Subscriber{1}, {}).replaced->qos, 2);
}

TEST(TopicIndex, puts_the_text_of_every_small_filter_together_again) {
  TopicIndex index(kKey);
  const std::vector<std::string> filters = small_filters(4);
  std::vector<FilterId> numbers;
  for (const std::string& text : filters) {
    numbers.push_back(index.insert(TenantId{5}, filter(text), Subscriber{1}, {}).filter);
  }
  std::string pattern = "something else";
  for (std::size_t i = 0; i < filters.size(); ++i) {
    index.pattern(numbers[i], pattern);
    ASSERT_EQ(pattern, filters[i]);
  }
}

TEST(TopicIndex, puts_long_texts_together_again) {
  TopicIndex index(kKey);
  for (const std::string& text : {std::string(65'535, 'x'), std::string(65'535, '/'),
                                  std::string(300, 'y') + "/+/" + std::string(17, 'z') + "/#"}) {
    std::string pattern;
    index.pattern(index.insert(kTenant, filter(text), Subscriber{1}, {}).filter, pattern);
    EXPECT_EQ(pattern, text);
  }
}

// The bytes are what the memory budget goes by: a filter of many words of its own must not pass for
// a small one, and what comes must go again.
TEST(TopicIndex, says_what_it_holds) {
  TopicIndex index(kKey);
  EXPECT_EQ(index.bytes(), 0U);
  const FilterId flat = index.insert(kTenant, filter("a/b"), Subscriber{1}, {}).filter;
  const std::size_t small = index.bytes();
  EXPECT_GT(small, 0U);
  std::string text = "a";
  for (int i = 0; i < 100; ++i) {
    text += "/" + std::to_string(i);
  }
  const FilterId deep = index.insert(kTenant, filter(text), Subscriber{1}, {}).filter;
  EXPECT_GT(index.bytes(), small + 100 * 60);
  const std::size_t before_crowd = index.bytes();
  for (std::uint32_t i = 2; i < 1000; ++i) {
    index.insert(kTenant, filter("a/b"), Subscriber{i}, {});
  }
  EXPECT_GT(index.bytes(), before_crowd + 1000 * sizeof(Entry));
  const std::size_t before_long = index.bytes();
  const FilterId wide =
      index.insert(kTenant, filter(std::string(5000, 'x')), Subscriber{1}, {}).filter;
  EXPECT_GT(index.bytes(), before_long + 5000);
  EXPECT_TRUE(index.erase(wide, Subscriber{1}));
  EXPECT_TRUE(index.erase(deep, Subscriber{1}));
  for (std::uint32_t i = 1000; i-- > 2;) {
    EXPECT_TRUE(index.erase(flat, Subscriber{i}));
  }
  EXPECT_EQ(index.bytes(), small);
  EXPECT_TRUE(index.erase(flat, Subscriber{1}));
  EXPECT_EQ(index.bytes(), 0U);
}

}  // namespace
}  // namespace godwit::routing
