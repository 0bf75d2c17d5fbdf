#include "broker/session/subscription_list.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace godwit::session {
namespace {

std::vector<std::uint32_t> numbers(const SubscriptionList& list) {
  std::vector<std::uint32_t> all;
  for (const FilterId filter : list.filters()) {
    all.push_back(filter.value());
  }
  return all;
}

TEST(SubscriptionList, gives_places_one_after_the_other) {
  SubscriptionList list;
  EXPECT_EQ(list.size(), 0U);
  list.add(FilterId(7), 0);
  list.add(FilterId(9), 0);
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(numbers(list), (std::vector<std::uint32_t>{7, 9}));
}

TEST(SubscriptionList, the_last_comes_in_the_place_of_one_that_goes) {
  SubscriptionList list;
  list.add(FilterId(10), 1);
  list.add(FilterId(11), 0);
  list.add(FilterId(12), 3);
  EXPECT_EQ(list.remove(0), FilterId(12));
  EXPECT_EQ(numbers(list), (std::vector<std::uint32_t>{12, 11}));
  EXPECT_EQ(list.identifier(0), 3U);
  EXPECT_EQ(list.identifier(1), 0U);
  EXPECT_EQ(list.remove(1), std::nullopt);
  EXPECT_EQ(list.remove(0), std::nullopt);
  EXPECT_EQ(list.size(), 0U);
}

TEST(SubscriptionList, keeps_the_identifier_of_each_place) {
  SubscriptionList list;
  list.add(FilterId(1), 0);
  EXPECT_EQ(list.identifier(0), 0U);
  list.add(FilterId(2), 268'435'455);
  list.add(FilterId(3), 0);
  EXPECT_EQ(list.identifier(0), 0U);
  EXPECT_EQ(list.identifier(1), 268'435'455U);
  EXPECT_EQ(list.identifier(2), 0U);
  list.set_identifier(0, 5);
  list.set_identifier(1, 0);
  EXPECT_EQ(list.identifier(0), 5U);
  EXPECT_EQ(list.identifier(1), 0U);
}

// Nothing of an earlier life of the places shines through.
TEST(SubscriptionList, begins_anew_when_it_has_been_empty) {
  SubscriptionList list;
  list.add(FilterId(1), 5);
  (void)list.remove(0);
  list.add(FilterId(2), 0);
  EXPECT_EQ(list.identifier(0), 0U);
  list.set_identifier(0, 0);
  EXPECT_EQ(list.identifier(0), 0U);
}

}  // namespace
}  // namespace godwit::session
