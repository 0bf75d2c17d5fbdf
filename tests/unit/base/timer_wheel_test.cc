#include "base/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace godwit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kTick = TimerWheel::kTick;
constexpr Instant kStart = Instant(hours(1));

std::vector<std::uint32_t> advance(TimerWheel& wheel, Instant now) {
  std::vector<TimerToken> fired;
  wheel.advance(now, fired);
  std::vector<std::uint32_t> indexes;
  for (const TimerToken& token : fired) {
    indexes.push_back(token.index);
  }
  return indexes;
}

using Indexes = std::vector<std::uint32_t>;

TEST(TimerWheel, fires_at_the_deadline_rounded_up_to_a_tick) {
  TimerWheel wheel(kStart);
  wheel.arm(kStart + milliseconds(120), {1, 0});
  EXPECT_EQ(advance(wheel, kStart + milliseconds(120)), Indexes{});
  EXPECT_EQ(advance(wheel, kStart + milliseconds(149)), Indexes{});
  EXPECT_EQ(advance(wheel, kStart + milliseconds(150)), Indexes{1});
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, what_is_overdue_fires_with_the_next_tick) {
  TimerWheel wheel(kStart);
  EXPECT_EQ(advance(wheel, kStart + seconds(10)), Indexes{});
  wheel.arm(kStart + seconds(1), {1, 0});
  wheel.arm(Instant::min(), {2, 0});
  EXPECT_EQ(advance(wheel, kStart + seconds(10)), Indexes{});
  EXPECT_EQ(advance(wheel, kStart + seconds(10) + kTick), (Indexes{1, 2}));
}

TEST(TimerWheel, fires_in_the_order_of_the_ticks) {
  TimerWheel wheel(kStart);
  wheel.arm(kStart + minutes(9), {3, 0});
  wheel.arm(kStart + seconds(1), {1, 0});
  wheel.arm(kStart + seconds(30), {2, 0});
  EXPECT_EQ(advance(wheel, kStart + hours(1)), (Indexes{1, 2, 3}));
}

TEST(TimerWheel, hands_back_the_whole_token) {
  TimerWheel wheel(kStart);
  wheel.arm(kStart, {7, 0xABCD0001U});
  std::vector<TimerToken> fired;
  wheel.advance(kStart + kTick, fired);
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].kind_and_generation, 0xABCD0001U);
}

TEST(TimerWheel, far_deadlines_do_not_fire_early) {
  // Around the end of each level, and beyond the span of the wheel.
  const Duration deadlines[] = {
      kTick * 63,    kTick * 64,      kTick * 65,      kTick * 4'095,   kTick * 4'096,
      kTick * 4'097, kTick * 262'143, kTick * 262'144, kTick * 262'145, kTick * 16'777'217};
  for (const Duration after : deadlines) {
    TimerWheel wheel(kStart);
    // Not at a level's beginning: the wheel has turned a bit.
    EXPECT_EQ(advance(wheel, kStart + kTick * 5), Indexes{});
    wheel.arm(kStart + after, {1, 0});
    EXPECT_EQ(advance(wheel, kStart + after - kTick), Indexes{}) << after.count();
    EXPECT_EQ(advance(wheel, kStart + after), Indexes{1}) << after.count();
  }
}

TEST(TimerWheel, never_is_never) {
  TimerWheel wheel(kStart);
  wheel.arm(kNever, {1, 0});
  EXPECT_EQ(advance(wheel, kStart + hours(24)), Indexes{});
  EXPECT_EQ(wheel.size(), 1U);
}

TEST(TimerWheel, next_deadline_is_exact_when_near) {
  TimerWheel wheel(kStart);
  EXPECT_EQ(wheel.next_deadline(), kNever);
  wheel.arm(kStart + milliseconds(101), {1, 0});
  EXPECT_EQ(wheel.next_deadline(), kStart + milliseconds(150));
  EXPECT_EQ(advance(wheel, kStart + milliseconds(150)), Indexes{1});
  EXPECT_EQ(wheel.next_deadline(), kNever);
}

TEST(TimerWheel, sleeping_until_next_deadline_fires_each_in_its_tick) {
  TimerWheel wheel(kStart);
  const Instant deadline = kStart + minutes(7) + milliseconds(3);
  wheel.arm(deadline, {1, 0});
  Instant now = kStart;
  int waits = 0;
  while (wheel.size() > 0) {
    const Instant next = wheel.next_deadline();
    ASSERT_GT(next, now);
    now = next;
    static_cast<void>(advance(wheel, now));
    ++waits;
  }
  EXPECT_GE(now, deadline);
  EXPECT_LT(now, deadline + kTick);
  // It wakes at most once for each level of the wheel.
  EXPECT_LE(waits, 4);
}

// The work goes with what is armed, not with the time that has passed.
TEST(TimerWheel, sleeps_through_years_with_one_far_timer) {
  TimerWheel wheel(kStart);
  Instant now = kStart;
  for (int looks = 0; looks < 2'000; ++looks) {
    if (wheel.size() == 0) {
      wheel.arm(kNever, {1, 0});
    }
    now = wheel.next_deadline();
    static_cast<void>(advance(wheel, now));
  }
  EXPECT_GT(now, kStart + hours(24 * 365));
}

// The same, kept as a plain list.
class NaiveTimers {
 public:
  void arm(Instant deadline, std::uint32_t index) {
    const Duration after = std::max(deadline - kStart, Duration::zero());
    const std::int64_t tick = (after + kTick - Duration(1)) / kTick;
    entries_.push_back({std::max(tick, tick_ + 1), index});
  }
  Indexes advance(Instant now) {
    tick_ = std::max(tick_, (now - kStart) / kTick);
    Indexes fired;
    std::erase_if(entries_, [&](const Entry& entry) {
      if (entry.tick <= tick_) {
        fired.push_back(entry.index);
      }
      return entry.tick <= tick_;
    });
    std::sort(fired.begin(), fired.end());
    return fired;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Instant earliest() const {
    std::int64_t tick = INT64_MAX;
    for (const Entry& entry : entries_) {
      tick = std::min(tick, entry.tick);
    }
    return entries_.empty() ? kNever : kStart + kTick * tick;
  }

 private:
  struct Entry {
    std::int64_t tick;
    std::uint32_t index;
  };
  std::vector<Entry> entries_;
  std::int64_t tick_ = 0;
};

TEST(TimerWheel, agrees_with_a_plain_list_on_random_scripts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    // Mostly near, some on every level.
    const auto draw = [&random] {
      const std::int64_t scale = std::int64_t{1} << (random() % 33);
      return Duration(milliseconds(static_cast<std::int64_t>(random()) % scale));
    };
    TimerWheel wheel(kStart);
    NaiveTimers naive;
    Instant now = kStart;
    std::uint32_t next_index = 0;
    for (int step = 0; step < 400; ++step) {
      for (std::uint64_t i = random() % 4; i > 0; --i) {
        const Instant deadline = now + draw();
        wheel.arm(deadline, {next_index, 0});
        naive.arm(deadline, next_index++);
      }
      ASSERT_LE(wheel.next_deadline(), naive.earliest());
      now += std::min(std::max(draw(), Duration::zero()), Duration(hours(2)));
      Indexes fired = advance(wheel, now);
      std::sort(fired.begin(), fired.end());
      ASSERT_EQ(fired, naive.advance(now));
      ASSERT_EQ(wheel.size(), naive.size());
    }
  }
}

}  // namespace
}  // namespace godwit
