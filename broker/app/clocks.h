// The machine's clocks behind ports.
#pragma once

#include <chrono>

#include "base/time.h"

namespace godwit::app {

// CLOCK_BOOTTIME: goes on while the machine sleeps (P-7). Thread: any.
class BootClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

// The time of day, for the log. Thread: any.
class WallClock {
 public:
  virtual ~WallClock() = default;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
};

class SystemWallClock final : public WallClock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
};

}  // namespace godwit::app
