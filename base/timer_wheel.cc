#include "base/timer_wheel.h"

#include <algorithm>
#include <bit>
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
  levels_[level].slots[slot].push_back(entry);
  levels_[level].occupied |= std::uint64_t{1} << slot;
}

void TimerWheel::cascade(std::size_t level) {
  const std::size_t slot = (tick_ >> (kSlotBits * level)) & (kSlots - 1);
  std::vector<Entry> entries;
  entries.swap(levels_[level].slots[slot]);
  levels_[level].occupied &= ~(std::uint64_t{1} << slot);
  for (const Entry& entry : entries) {
    place(entry);
  }
}

std::uint64_t TimerWheel::next_tick() const {
  std::uint64_t next = UINT64_MAX;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::uint64_t first = (tick_ >> (kSlotBits * level)) + 1;
    const std::uint64_t from_first =
        std::rotr(levels_[level].occupied, static_cast<int>(first & (kSlots - 1)));
    if (from_first != 0) {
      const auto skipped = static_cast<std::uint64_t>(std::countr_zero(from_first));
      next = std::min(next, (first + skipped) << (kSlotBits * level));
    }
  }
  return next;
}

void TimerWheel::advance(Instant now, std::vector<TimerToken>& fired) {
  if (now < start_) {
    return;
  }
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  for (std::uint64_t next = next_tick(); next <= target; next = next_tick()) {
    tick_ = next;
    // Coarser levels first, so that what they hold for this very tick lands in level 0.
    for (std::size_t level = kLevels - 1; level > 0; --level) {
      if ((tick_ & ((std::uint64_t{1} << (kSlotBits * level)) - 1)) == 0) {
        cascade(level);
      }
    }
    fire(fired);
  }
  tick_ = std::max(tick_, target);
}

void TimerWheel::fire(std::vector<TimerToken>& fired) {
  const std::size_t slot = tick_ & (kSlots - 1);
  std::vector<Entry>& due = levels_[0].slots[slot];
  for (const Entry& entry : due) {
    fired.push_back(entry.token);
  }
  size_ -= due.size();
  due.clear();
  levels_[0].occupied &= ~(std::uint64_t{1} << slot);
}

Instant TimerWheel::next_deadline() const {
  return size_ == 0 ? kNever : start_ + kTick * static_cast<std::int64_t>(next_tick());
}

}  // namespace godwit
