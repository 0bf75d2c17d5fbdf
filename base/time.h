// Time as the pure rooms see it: handed in, never asked for.
//
// `Instant` counts from an origin that nobody names. Production fills it from CLOCK_BOOTTIME
// (which goes on while the machine sleeps, see P-7), tests and the simulator by hand.
#pragma once

#include <chrono>

namespace godwit {

// Tag of the time line; it has no now() on purpose.
struct MonotonicTimeLine {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicTimeLine>;
  static constexpr bool is_steady = true;
};

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<MonotonicTimeLine, Duration>;

// Later than every real instant: "never".
inline constexpr Instant kNever = Instant::max();

// The port to the machine's clock. Thread: any. Implemented in broker/app and in the test kit.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

// `from + delay`, held at kNever instead of wrapping: intervals of clients reach 136 years.
[[nodiscard]] constexpr Instant add_saturating(Instant from, Duration delay) {
  return kNever - from > delay ? from + delay : kNever;
}

}  // namespace godwit
