#include "broker/net/rest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/net/loopback.h"

namespace godwit::net::test {
namespace {

constexpr std::size_t kPacket = std::size_t{4} << 20U;

// Bytes that were moved when the rest's memory changed, beyond what was written once.
class MoveCounter {
 public:
  void look(const Rest& rest) {
    if (rest.capacity() != capacity_) {
      moved += rest.size();
    }
    capacity_ = rest.capacity();
  }
  std::size_t moved = 0;

 private:
  std::size_t capacity_ = 0;
};

TEST(Rest, keeps_bytes_in_order_and_owns_nothing_when_empty) {
  Rest rest;
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(rest.capacity(), 0U);
  rest.append(as_bytes("unfin"));
  rest.append(as_bytes("ished"));
  EXPECT_EQ(as_text(rest.view()), "unfinished");
  rest.used(2);
  EXPECT_EQ(as_text(rest.view()), "finished");
  rest.append(as_bytes("!"));
  EXPECT_EQ(as_text(rest.view()), "finished!");
  rest.used(9);
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(rest.capacity(), 0U);
}

TEST(Rest, appending_nothing_allocates_nothing) {
  Rest rest;
  rest.append({});
  EXPECT_EQ(rest.capacity(), 0U);
}

TEST(Rest, a_long_packet_in_small_pieces_is_moved_a_bounded_number_of_times) {
  const Bytes packet = patterned_bytes(kPacket);
  Rest rest;
  MoveCounter counter;
  for (std::size_t at = 0; at < packet.size(); at += 1'000) {
    rest.append(ByteView(packet).subspan(at, std::min<std::size_t>(1'000, packet.size() - at)));
    counter.look(rest);
  }
  EXPECT_TRUE(std::equal(packet.begin(), packet.end(), rest.view().begin(), rest.view().end()));
  EXPECT_LE(counter.moved, 2 * kPacket);
}

TEST(Rest, receiving_straight_into_it_is_linear_too) {
  const Bytes packet = patterned_bytes(kPacket);
  Rest rest;
  rest.append(ByteView(packet).first(5));
  MoveCounter counter;
  while (rest.size() < packet.size()) {
    const auto room = rest.room(packet.size() - rest.size());
    ASSERT_FALSE(room.empty());
    counter.look(rest);
    // The network brings little at a time.
    const std::size_t piece = std::min<std::size_t>(room.size(), 1'460);
    std::copy_n(packet.begin() + static_cast<std::ptrdiff_t>(rest.size()), piece, room.begin());
    rest.filled(piece);
  }
  EXPECT_TRUE(std::equal(packet.begin(), packet.end(), rest.view().begin(), rest.view().end()));
  // Each growth moves what is there, and comes after a third more has arrived.
  EXPECT_LE(counter.moved, 4 * kPacket);
}

TEST(Rest, memory_grows_with_what_has_arrived_and_not_with_what_is_claimed) {
  constexpr std::size_t kClaimed = std::size_t{256} << 20U;
  Rest rest;
  rest.append(as_bytes("12345"));
  EXPECT_LE(rest.room(kClaimed).size(), 64U << 10U);
  std::size_t received = rest.size();
  while (received < (std::size_t{1} << 20U)) {
    const auto room = rest.room(kClaimed);
    const std::size_t piece = std::min<std::size_t>(room.size(), 10'000);
    rest.filled(piece);
    received += piece;
    EXPECT_LE(rest.capacity(), 2 * received + (64U << 10U));
  }
}

TEST(Rest, room_never_reaches_beyond_what_was_wanted) {
  Rest rest;
  rest.append(as_bytes("1"));
  EXPECT_EQ(rest.room(20'000).size(), 20'000U);
  rest.filled(19'999);
  EXPECT_EQ(rest.room(1).size(), 1U);
}

}  // namespace
}  // namespace godwit::net::test
