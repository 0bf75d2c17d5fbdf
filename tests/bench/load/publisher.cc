#include "tests/bench/load/publisher.h"

#include <algorithm>
#include <bit>

namespace godwit::bench {

// Twice as many slots as ids under way: answers may come in another order, and an id must not
// fall on the slot of one still awaited.
InFlight::InFlight(std::uint32_t capacity)
    : slots_(std::bit_ceil(capacity * 2)),
      mask_(static_cast<std::uint32_t>(slots_.size()) - 1),
      capacity_(capacity) {}

std::uint16_t InFlight::next_id() const {
  return last_id_ == 65535 ? std::uint16_t{1} : static_cast<std::uint16_t>(last_id_ + 1);
}

bool InFlight::full(std::uint32_t limit) const {
  return size_ >= std::min(limit, capacity_) || slot(next_id()).packet_id != 0;
}

std::uint16_t InFlight::begin(std::uint64_t sent_ns) {
  last_id_ = next_id();
  slot(last_id_) = {sent_ns, last_id_};
  ++size_;
  return last_id_;
}

std::optional<std::uint64_t> InFlight::end(std::uint16_t packet_id) {
  Slot& found = slot(packet_id);
  if (packet_id == 0 || found.packet_id != packet_id) {
    return std::nullopt;
  }
  found.packet_id = 0;
  --size_;
  return found.sent_ns;
}

}  // namespace godwit::bench
