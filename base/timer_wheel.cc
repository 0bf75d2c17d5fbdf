#include "base/timer_wheel.h"

#include <algorithm>
#include <utility>

namespace godwit {

void TimerWheel::arm(Instant deadline, TimerToken token) {
  const Duration after = deadline <= start_ ? Duration::zero() : deadline - start_;
  const auto ticks =
      static_cast<std::uint64_t>(after / kTick) + (after % kTick != Duration::zero());
  ++size_;
  place({std::max(ticks, tick_ + 1), token});
}

void TimerWheel::place(Entry entry) {
  constexpr std::uint64_t kSpan = std::uint64_t{1} << (kSlotBits * kLevels);
  const std::uint64_t at = std::min(entry.tick, tick_ + kSpan - 1);
  std::size_t level = 0;
  // The level whose slots are just fine enough to tell `at` from `tick_`.
  while (level + 1 < kLevels && ((at ^ tick_) >> (kSlotBits * (level + 1))) != 0) {
    ++level;
  }
  const std::size_t slot = (at >> (kSlotBits * level)) & (kSlots - 1);
  levels_[level][slot].push_back(entry);
}

void TimerWheel::cascade(std::size_t level) {
  std::vector<Entry> entries;
  entries.swap(levels_[level][(tick_ >> (kSlotBits * level)) & (kSlots - 1)]);
  for (const Entry& entry : entries) {
    place(entry);
  }
}

void TimerWheel::advance(Instant now, std::vector<TimerToken>& fired) {
  if (now < start_) {
    return;
  }
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  if (size_ == 0) {
    tick_ = std::max(tick_, target);
    return;
  }
  while (tick_ < target) {
    ++tick_;
    // Coarser levels first, so that what they hold for this very tick lands in level 0.
    for (std::size_t level = kLevels - 1; level > 0; --level) {
      if ((tick_ & ((std::uint64_t{1} << (kSlotBits * level)) - 1)) == 0) {
        cascade(level);
      }
    }
    std::vector<Entry>& due = levels_[0][tick_ & (kSlots - 1)];
    for (const Entry& entry : due) {
      fired.push_back(entry.token);
    }
    size_ -= due.size();
    due.clear();
  }
}

Instant TimerWheel::next_deadline() const {
  if (size_ == 0) {
    return kNever;
  }
  // Level 0 shows the next 64 ticks exactly; beyond that, the next cascade is worth a look.
  const std::uint64_t turn_end = (tick_ | (kSlots - 1)) + 1;
  for (std::uint64_t tick = tick_ + 1; tick < turn_end; ++tick) {
    if (!levels_[0][tick & (kSlots - 1)].empty()) {
      return start_ + kTick * static_cast<std::int64_t>(tick);
    }
  }
  return start_ + kTick * static_cast<std::int64_t>(turn_end);
}

}  // namespace godwit
