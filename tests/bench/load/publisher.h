// One publishing connection: its unacknowledged publishes and how far its deliveries are behind.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/bench/load/transport.h"

namespace godwit::bench {

// Packet ids under way. Ids are given out in turn; each remembers when it was sent.
class InFlight {
 public:
  explicit InFlight(std::uint32_t capacity);

  [[nodiscard]] bool full(std::uint32_t limit) const;
  [[nodiscard]] std::uint32_t size() const { return size_; }

  // The next packet id; only when not full.
  std::uint16_t begin(std::uint64_t sent_ns);
  // When that publish was sent, or nothing if the broker answers what is not under way.
  std::optional<std::uint64_t> end(std::uint16_t packet_id);

 private:
  struct Slot {
    std::uint64_t sent_ns = 0;
    std::uint16_t packet_id = 0;  // 0: free.
  };

  [[nodiscard]] std::uint16_t next_id() const;
  Slot& slot(std::uint16_t packet_id) { return slots_[packet_id & mask_]; }
  [[nodiscard]] const Slot& slot(std::uint16_t packet_id) const {
    return slots_[packet_id & mask_];
  }

  std::vector<Slot> slots_;
  std::uint32_t mask_;
  std::uint32_t capacity_;
  std::uint32_t size_ = 0;
  std::uint16_t last_id_ = 0;
};

struct Publisher {
  Connection* connection = nullptr;
  InFlight in_flight;
  std::uint64_t expected = 0;  // Deliveries caused so far.
  std::uint64_t received = 0;
  std::uint64_t forgiven = 0;  // Missing ones a stalled closed loop no longer waits for.

  [[nodiscard]] std::uint64_t outstanding() const {
    const std::uint64_t settled = received + forgiven;
    return expected > settled ? expected - settled : 0;
  }
};

}  // namespace godwit::bench
