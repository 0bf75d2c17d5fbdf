#include "base/strong_id.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

#include "base/ids.h"

namespace godwit {
namespace {

// What the compiler has to refuse: one id for another, and a bare number for an id.
static_assert(!std::is_convertible_v<NodeId, ShardId>);
static_assert(!std::is_convertible_v<std::uint16_t, ThreadIndex>);
static_assert(!std::is_convertible_v<ThreadIndex, std::uint16_t>);
static_assert(!std::is_constructible_v<ThreadIndex, ShardId>);
static_assert(sizeof(ThreadIndex) == sizeof(std::uint16_t));
static_assert(ThreadIndex() == ThreadIndex(0));

TEST(StrongId, compares_and_orders_by_value) {
  EXPECT_EQ(NodeId(7), NodeId(7));
  EXPECT_NE(NodeId(7), NodeId(8));
  EXPECT_LT(NodeId(7), NodeId(8));
  EXPECT_EQ(NodeId(7).value(), 7U);
}

TEST(StrongId, can_be_a_key) {
  const std::unordered_set<NodeId> nodes{NodeId(1), NodeId(2), NodeId(1)};
  EXPECT_EQ(nodes.size(), 2U);
  EXPECT_TRUE(nodes.contains(NodeId(2)));
}

}  // namespace
}  // namespace godwit
