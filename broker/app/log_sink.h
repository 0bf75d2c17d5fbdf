// The log of the process: one line an event in logfmt, with time (UTC, milliseconds) and level.
//
//   time=2026-01-31T12:00:00.123Z level=info event=ready version=0.1.0
//
// Lines that a client can cause are bounded per event name: kRatePerSecond a second after a burst
// of kBurst. What was left out is told once a second: `event=suppressed name=… count=…`.
//
// Thread: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/time.h"
#include "broker/app/clocks.h"
#include "broker/app/log_output.h"

namespace godwit::app {

class LogfmtSink final : public LogSink {
 public:
  static constexpr std::int64_t kRatePerSecond = 10;
  static constexpr std::int64_t kBurst = 50;
  // Names are literals of the code, so this is never reached; the rest would share one bound.
  static constexpr std::size_t kNamesMax = 1024;

  // All outlive the sink.
  LogfmtSink(LogOutput& output, const Clock& clock, const WallClock& wall_clock, LogLevel level)
      : output_(&output), clock_(&clock), wall_clock_(&wall_clock), level_(level) {}

  void write(LogLevel level, std::string_view line, std::string_view event,
             bool rate_limited) override;
  [[nodiscard]] LogLevel level() const override { return level_.load(std::memory_order_relaxed); }
  void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }

  // Tells what was left out, if a second has passed. Called once a second, and by every `write`.
  void report_suppressed();

 private:
  // A token bucket an event name.
  struct Bucket {
    Instant counted_until;
    std::int64_t tokens = kBurst;
    std::int64_t suppressed = 0;
  };

  [[nodiscard]] bool admit(std::string_view event, Instant now);
  void report_suppressed_locked(Instant now);
  void emit(LogLevel level, std::string_view line);

  LogOutput* const output_;
  const Clock* const clock_;
  const WallClock* const wall_clock_;
  std::atomic<LogLevel> level_;

  // A line is written under the lock: lines stay whole, and the wait for the output is bounded.
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;  // Guarded by mutex_.
  Instant next_report_{};                               // Guarded by mutex_.
  std::int64_t suppressed_ = 0;                         // Guarded by mutex_; of all buckets.
  std::int64_t lost_ = 0;  // Guarded by mutex_; not taken by the output.
};

// "2026-01-31T12:00:00.123Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace godwit::app
