// A hierarchical timer wheel: one per thread, 16 bytes an entry, no object a timer.
//
// Pure: time is handed in. Entries are not cancelled; the owner looks, when one fires, whether it
// still means something, and arms it again if the deadline moved (a keep-alive moves with every
// packet, and moving a number is cheaper than moving an entry). So each owner keeps at most one
// entry of a kind in the wheel.
//
// G. Varghese, T. Lauck: "Hashed and hierarchical timing wheels" (1987).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace godwit {

// What to hand back when the time has come. The meaning is the owner's.
struct TimerToken {
  std::uint32_t index;
  std::uint32_t kind_and_generation;
};

class TimerWheel {
 public:
  // Deadlines are rounded up to whole ticks: a timer never fires early.
  static constexpr Duration kTick = std::chrono::milliseconds(50);

  explicit TimerWheel(Instant start) : start_(start) {}

  // Deadlines further away than the wheel's span (about 29 days) fire at its end; the owner sees
  // that it is too early and arms again.
  void arm(Instant deadline, TimerToken token);

  // Appends all tokens whose deadline is not after `now` to `fired`, in order of their ticks.
  void advance(Instant now, std::vector<TimerToken>& fired);

  // When `advance` is next worth calling; kNever if nothing is armed. Not later than the earliest
  // deadline rounded up to its tick, possibly earlier.
  [[nodiscard]] Instant next_deadline() const;

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Entry {
    std::uint64_t tick;
    TimerToken token;
  };
  static constexpr unsigned kSlotBits = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
  static constexpr std::size_t kLevels = 4;
  struct Level {
    std::array<std::vector<Entry>, kSlots> slots;
    std::uint64_t occupied = 0;  // A bit for each slot that is not empty.
  };

  void place(Entry entry);
  void cascade(std::size_t level);
  void fire(std::vector<TimerToken>& fired);
  // The next tick in which something fires or moves to a finer level; UINT64_MAX if none.
  [[nodiscard]] std::uint64_t next_tick() const;

  Instant start_;
  std::uint64_t tick_ = 0;  // The last tick that was handled.
  std::size_t size_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace godwit
