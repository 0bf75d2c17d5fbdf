// The numbers by which a data shard's log and state name things.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>

#include "base/ids.h"
#include "base/strong_id.h"

namespace godwit::records {

// A session of this shard, counted from 1 and never used again.
struct SessionNumberTag;
using SessionNumber = StrongId<SessionNumberTag, std::uint64_t>;

// An ownership of a session, counted in a shard; every command of a session carries it (P-8).
struct EpochTag;
using Epoch = StrongId<EpochTag, std::uint64_t>;

// A process that may own sessions of this shard: the index of the entry that attached it (P-7).
// 0: nobody.
struct AttachmentTag;
using Attachment = StrongId<AttachmentTag, std::uint64_t>;

// A client's connection as its node numbers it, so that a repeated Open is known (P-9).
struct ConnectionNumberTag;
using ConnectionNumber = StrongId<ConnectionNumberTag, std::uint64_t>;

// The place of a message in a lane (P-2), the first is 1.
struct LaneSequenceTag;
using LaneSequence = StrongId<LaneSequenceTag, std::uint64_t>;

// The place of a message in a session's queue, the first is 1.
struct QueueSequenceTag;
using QueueSequence = StrongId<QueueSequenceTag, std::uint64_t>;

// A run of message bodies that are kept together, counted from 1 in a shard.
struct BlockNumberTag;
using BlockNumber = StrongId<BlockNumberTag, std::uint64_t>;

// A will of this shard, counted from 1 and never used again.
struct WillNumberTag;
using WillNumber = StrongId<WillNumberTag, std::uint64_t>;

// A body: the item of a block.
struct BodyRef {
  BlockNumber block;
  std::uint16_t item = 0;
  friend bool operator==(const BodyRef&, const BodyRef&) = default;
};

// Who sends publishes to a shard: a process of a node by its random id, or another shard.
struct LaneId {
  std::array<std::byte, 16> bytes{};
  // clang-tidy takes the comparison's hidden zero for a null pointer.
  friend constexpr auto operator<=>(const LaneId&,
                                    const LaneId&) = default;  // NOLINT(modernize-use-nullptr)
};
// "shard", zeros, and its number: no random id begins so but by a chance of 2^-112.
[[nodiscard]] constexpr LaneId lane_of(ShardId shard) {
  LaneId lane{{std::byte{'s'}, std::byte{'h'}, std::byte{'a'}, std::byte{'r'}, std::byte{'d'}}};
  lane.bytes[14] = static_cast<std::byte>(shard.value() >> 8U);
  lane.bytes[15] = static_cast<std::byte>(shard.value() & 0xffU);
  return lane;
}

// Of a lane that is_shard_lane.
[[nodiscard]] constexpr ShardId shard_of(const LaneId& lane) {
  return ShardId(static_cast<std::uint16_t>(std::to_integer<unsigned>(lane.bytes[14]) << 8U |
                                            std::to_integer<unsigned>(lane.bytes[15])));
}
[[nodiscard]] constexpr bool is_shard_lane(const LaneId& lane) {
  return lane == lane_of(shard_of(lane));
}

// The time line of a shard: what its entries say, in milliseconds (P-14). It has no now() on
// purpose.
struct ShardTimeLine {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<ShardTimeLine, duration>;
  static constexpr bool is_steady = true;
};
using ShardTime = ShardTimeLine::time_point;

[[nodiscard]] constexpr std::uint64_t to_milliseconds(ShardTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
[[nodiscard]] constexpr ShardTime from_milliseconds(std::uint64_t milliseconds) {
  // Later than any clock says, and far from an overflow when lifetimes are added.
  constexpr std::uint64_t kMax = std::uint64_t{1} << 56U;
  return ShardTime(
      std::chrono::milliseconds(static_cast<std::int64_t>(std::min(milliseconds, kMax))));
}

template <class Number>
[[nodiscard]] constexpr Number after(Number number, std::uint64_t steps = 1) {
  return Number(number.value() + steps);
}

}  // namespace godwit::records
