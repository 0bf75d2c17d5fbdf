// The deadlines of 60,000 connections that are armed again when they fire.

#include "base/timer_wheel.h"

#include <vector>

#include "base/check.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

constexpr std::size_t kTimers = 60'000;
constexpr auto kPeriod = std::chrono::seconds(60);
constexpr std::size_t kTicks = kPeriod / TimerWheel::kTick;
constexpr std::size_t kTimersEachTick = kTimers / kTicks;

void fire_and_arm(Bench& bench) {
  Instant now{};
  TimerWheel wheel(now);
  for (std::size_t i = 0; i < kTimers; ++i) {
    const auto ticks = static_cast<std::int64_t>(1 + i % kTicks);
    wheel.arm(now + ticks * TimerWheel::kTick, {static_cast<std::uint32_t>(i), 0});
  }
  std::vector<TimerToken> fired;
  bench.repeat(kTimersEachTick, [&] {
    now += TimerWheel::kTick;
    fired.clear();
    wheel.advance(now, fired);
    CHECK(fired.size() == kTimersEachTick);
    for (const TimerToken token : fired) {
      wheel.arm(now + kPeriod, token);
    }
  });
}

}  // namespace

// Once round: timers that are far away move to finer levels on the way.
void add_timer_wheel(Suite& suite) { suite.add("timer_fire_and_arm", kTicks, fire_and_arm); }

}  // namespace godwit::bench
