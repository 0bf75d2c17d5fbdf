// The time until a deadline as poll(2) wants it.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace godwit::net {

// Milliseconds, rounded up so that nobody wakes just before the deadline; -1 for never. At most a
// minute: waking without cause does no harm.
[[nodiscard]] inline int poll_timeout(Instant now, Instant deadline) {
  constexpr std::chrono::milliseconds kMax = std::chrono::minutes(1);
  if (deadline == kNever) {
    return -1;
  }
  if (deadline <= now) {
    return 0;
  }
  const Duration left = std::min<Duration>(deadline - now, kMax);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

}  // namespace godwit::net
