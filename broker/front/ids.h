// How the front numbers its connections.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace godwit::front {

// A slot of one front; reused after its connection has gone.
struct ConnectionIndexTag;
using ConnectionIndex = StrongId<ConnectionIndexTag, std::uint32_t>;

// Names one connection for good on its thread: an answer that comes late finds that the slot now
// has another generation.
struct ConnectionId {
  ConnectionIndex index;
  std::uint32_t generation = 0;
  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

// Slots of connections and sessions number their tenants with 31 bits: that is what fits into a
// timer beside its kind.
[[nodiscard]] constexpr std::uint32_t next_generation(std::uint32_t generation) {
  return (generation + 1) & 0x7FFF'FFFFU;
}

}  // namespace godwit::front
