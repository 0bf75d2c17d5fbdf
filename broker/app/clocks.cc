#include "broker/app/clocks.h"

#include <ctime>

#include "base/check.h"

namespace godwit::app {

Instant BootClock::now() const {
  timespec time{};
  CHECK(::clock_gettime(CLOCK_BOOTTIME, &time) == 0);
  return Instant(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

std::chrono::system_clock::time_point SystemWallClock::now() const {
  return std::chrono::system_clock::now();
}

}  // namespace godwit::app
