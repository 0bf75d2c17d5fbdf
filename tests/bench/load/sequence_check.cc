#include "tests/bench/load/sequence_check.h"

#include <algorithm>

namespace godwit::bench {

Arrival SequenceCheck::arrived(std::uint32_t sequence) {
  if (sequence < next_) {
    return fill(sequence);
  }
  if (sequence > next_) {
    holes_.push_back({next_, sequence - 1});
  }
  next_ = sequence + 1;
  return Arrival::kInOrder;
}

Arrival SequenceCheck::fill(std::uint32_t sequence) {
  const auto hole =
      std::lower_bound(holes_.begin(), holes_.end(), sequence,
                       [](const Hole& each, std::uint32_t value) { return each.last < value; });
  if (hole == holes_.end() || hole->first > sequence) {
    return Arrival::kDuplicate;
  }
  const Hole old = *hole;
  if (old.first == old.last) {
    holes_.erase(hole);
  } else if (sequence == old.first) {
    hole->first = sequence + 1;
  } else {
    hole->last = sequence - 1;
    if (sequence != old.last) {
      holes_.insert(hole + 1, {sequence + 1, old.last});
    }
  }
  return Arrival::kReordered;
}

std::uint64_t SequenceCheck::missing(std::uint32_t published) const {
  std::uint64_t count = published > next_ ? published - next_ : 0;
  for (const Hole& hole : holes_) {
    count += hole.last - hole.first + 1;
  }
  return count;
}

}  // namespace godwit::bench
