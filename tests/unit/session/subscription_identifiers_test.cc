#include "broker/session/subscription_identifiers.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace godwit::session {
namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers numbers_of(const SubscriptionIdentifiers& identifiers) {
  const auto view = identifiers.view();
  return {view.begin(), view.end()};
}

TEST(SubscriptionIdentifiers, keep_what_they_were_given) {
  Numbers given{1, 268'435'455, 7, 7};
  const SubscriptionIdentifiers kept(given);
  given = {};
  EXPECT_EQ(numbers_of(kept), (Numbers{1, 268'435'455, 7, 7}));
}

TEST(SubscriptionIdentifiers, of_none_cost_a_pointer) {
  EXPECT_TRUE(numbers_of(SubscriptionIdentifiers()).empty());
  EXPECT_TRUE(numbers_of(SubscriptionIdentifiers(Numbers{})).empty());
  EXPECT_EQ(sizeof(SubscriptionIdentifiers), sizeof(void*));
}

TEST(SubscriptionIdentifiers, stay_where_they_are_when_moved) {
  SubscriptionIdentifiers first(Numbers{5, 6});
  const auto view = first.view();
  const SubscriptionIdentifiers second = std::move(first);
  EXPECT_EQ(view.data(), second.view().data());
  EXPECT_EQ(numbers_of(second), (Numbers{5, 6}));
}

}  // namespace
}  // namespace godwit::session
