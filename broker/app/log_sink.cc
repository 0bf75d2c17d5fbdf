#include "broker/app/log_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

namespace godwit::app {
namespace {

constexpr Duration kReportEvery = std::chrono::seconds(1);
constexpr std::array<std::string_view, 6> kLevelNames = {"trace", "debug", "info",
                                                         "warn",  "error", "off"};

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto since_epoch =
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = since_epoch / 1000 - (since_epoch % 1000 < 0 ? 1 : 0);
  const auto milliseconds = since_epoch - seconds * 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     milliseconds);
}

void LogfmtSink::write(LogLevel level, std::string_view line, std::string_view event,
                       bool rate_limited) {
  const Instant now = clock_->now();
  const std::lock_guard lock(mutex_);
  report_suppressed_locked(now);
  if (rate_limited && !admit(event, now)) {
    return;
  }
  emit(level, line);
}

void LogfmtSink::report_suppressed() {
  const Instant now = clock_->now();
  const std::lock_guard lock(mutex_);
  report_suppressed_locked(now);
}

bool LogfmtSink::admit(std::string_view event, Instant now) {
  auto found = buckets_.find(event);
  if (found == buckets_.end()) {
    const std::string_view name = buckets_.size() < kNamesMax ? event : "other";
    found = buckets_.try_emplace(std::string(name), Bucket{.counted_until = now}).first;
  }
  Bucket& bucket = found->second;
  constexpr Duration kTokenEvery = Duration(std::chrono::seconds(1)) / kRatePerSecond;
  const std::int64_t earned = (now - bucket.counted_until) / kTokenEvery;
  bucket.counted_until += earned * kTokenEvery;
  bucket.tokens = std::min(kBurst, bucket.tokens + earned);
  if (bucket.tokens > 0) {
    --bucket.tokens;
    return true;
  }
  ++bucket.suppressed;
  ++suppressed_;
  return false;
}

void LogfmtSink::report_suppressed_locked(Instant now) {
  if (now < next_report_) {
    return;
  }
  next_report_ = now + kReportEvery;
  if (lost_ > 0) {
    const std::string line = fmt::format("event=log_lines_lost count={}", lost_);
    const std::int64_t before = lost_;
    emit(LogLevel::kWarn, line);
    // If that one was taken the loss is told; otherwise it is one more.
    if (lost_ == before) {
      lost_ = 0;
    }
  }
  if (suppressed_ == 0) {
    return;
  }
  suppressed_ = 0;
  for (auto& [name, bucket] : buckets_) {
    if (bucket.suppressed == 0) {
      continue;
    }
    emit(LogLevel::kWarn,
         fmt::format("event=suppressed name={} count={}", name, bucket.suppressed));
    bucket.suppressed = 0;
  }
}

void LogfmtSink::emit(LogLevel level, std::string_view line) {
  const std::string text = fmt::format("time={} level={} {}\n", utc_text(wall_clock_->now()),
                                       kLevelNames.at(static_cast<std::size_t>(level)), line);
  if (!output_->write_line(text)) {
    ++lost_;
  }
}

}  // namespace godwit::app
