// The QoS 2 ids that were received and not released.

#include "broker/session/packet_id_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace godwit::session {
namespace {

using mqtt::PacketId;

TEST(PacketIdSet, knows_what_was_put_in_and_not_taken_out) {
  PacketIdSet ids;
  EXPECT_FALSE(ids.contains(PacketId(1)));
  EXPECT_TRUE(ids.insert(PacketId(1)));
  EXPECT_TRUE(ids.insert(PacketId(65'535)));
  EXPECT_FALSE(ids.insert(PacketId(1)));
  EXPECT_EQ(ids.size(), 2U);

  EXPECT_TRUE(ids.erase(PacketId(1)));
  EXPECT_FALSE(ids.erase(PacketId(1)));
  EXPECT_TRUE(ids.contains(PacketId(65'535)));
  ids.clear();
  EXPECT_EQ(ids.size(), 0U);
}

TEST(PacketIdSet, holds_every_id_there_is) {
  PacketIdSet ids;
  for (std::uint32_t id = 65'535; id >= 1; --id) {
    // Downwards is the dear direction; every tenth way round is enough.
    const auto mixed = static_cast<std::uint16_t>(id * 7 % 65'536);
    ids.insert(PacketId(mixed == 0 ? static_cast<std::uint16_t>(id) : mixed));
  }
  for (std::uint32_t id = 1; id <= 65'535; ++id) {
    ids.insert(PacketId(static_cast<std::uint16_t>(id)));
  }
  EXPECT_EQ(ids.size(), 65'535U);
  for (std::uint32_t id = 1; id <= 65'535; ++id) {
    EXPECT_TRUE(ids.contains(PacketId(static_cast<std::uint16_t>(id))));
  }
}

TEST(PacketIdSet, agrees_with_a_plain_set) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    PacketIdSet ids;
    std::set<PacketId> model;
    for (int i = 0; i < 5'000; ++i) {
      const PacketId id(static_cast<std::uint16_t>(1 + random() % 300));
      switch (random() % 3) {
        case 0:
          EXPECT_EQ(ids.insert(id), model.insert(id).second);
          break;
        case 1:
          EXPECT_EQ(ids.erase(id), model.erase(id) == 1);
          break;
        default:
          EXPECT_EQ(ids.contains(id), model.contains(id));
      }
      ASSERT_EQ(ids.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace godwit::session
