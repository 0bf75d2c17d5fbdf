// Virtual time: what is to happen, in order. Nothing here waits for anything real.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/time.h"

namespace godwit::sim {

class Scheduler {
 public:
  using Action = std::function<void()>;

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  void at(Instant when, Action action) {
    events_.push_back({std::max(when, now_), next_number_++, std::move(action)});
    std::push_heap(events_.begin(), events_.end(), later);
  }
  void after(Duration delay, Action action) { at(now_ + delay, std::move(action)); }

  // The next event that is due by `end`; false: none. Events of one instant run in the order in
  // which they were asked for.
  bool step(Instant end) {
    if (events_.empty() || events_.front().when > end) {
      now_ = std::max(now_, end);
      return false;
    }
    std::pop_heap(events_.begin(), events_.end(), later);
    Event event = std::move(events_.back());
    events_.pop_back();
    now_ = event.when;
    ++steps_;
    event.action();
    return true;
  }

 private:
  struct Event {
    Instant when;
    std::uint64_t number;
    Action action;
  };
  static bool later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }

  std::vector<Event> events_;  // A heap.
  Instant now_{};
  std::uint64_t next_number_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace godwit::sim
