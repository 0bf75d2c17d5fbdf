#include "tests/bench/load/connect_rate.h"

#include <algorithm>

#include "tests/bench/load/json_line.h"
#include "tests/bench/load/process_cpu.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kTurnNs = 50'000'000;

}  // namespace

ConnectRate::ConnectRate(const Options& options) : options_(options), fleet_(options, *this) {
  const auto count = std::min<std::uint64_t>(options.concurrency, options.count);
  for (std::uint32_t i = 0; i < count; ++i) {
    free_.push_back(&fleet_.add(Role::kIdle, i));
  }
}

void ConnectRate::on_up(Connection& connection) { up_.push_back(&connection); }

void ConnectRate::on_lost(Connection& connection) {
  if (connection.phase == Phase::kUp) {
    return;  // It is in up_ and counted there.
  }
  ++done_;
  free_.push_back(&connection);
}

bool ConnectRate::run() {
  const double broker_before = process_cpu_seconds(options_.broker_pids);
  const double own_before = own_cpu_seconds();
  const std::uint64_t began = now_ns();
  const std::uint64_t deadline = began + static_cast<std::uint64_t>(options_.limit_seconds * 1e9);
  std::uint64_t started = 0;
  while (done_ < options_.count && now_ns() < deadline) {
    while (!free_.empty() && started < options_.count) {
      Connection& connection = *free_.back();
      free_.pop_back();
      // A new client id each time: the last owner's DISCONNECT may still be under way.
      connection.index = static_cast<std::uint32_t>(started++);
      fleet_.start(connection);
    }
    fleet_.poll(kTurnNs);
    fleet_.flush();
    for (Connection* connection : up_) {
      fleet_.stop(*connection);
      free_.push_back(connection);
      ++done_;
    }
    up_.clear();
  }
  const double seconds = static_cast<double>(now_ns() - began) / 1e9;
  const double broker_us = (process_cpu_seconds(options_.broker_pids) - broker_before) * 1e6;
  const auto connects = static_cast<double>(std::max<std::uint64_t>(1, done_));

  JsonLine line;
  line.text("mode", options_.mode_name)
      .text("transport", options_.transport_name)
      .count("connects", done_);
  line.count("connect_errors", fleet_.counters().connect_errors);
  line.number("elapsed_s", seconds).number("connects_per_s", connects / seconds);
  line.number("broker_cpu_us_per_connect", broker_us / connects);
  line.number("load_cpu_us_per_connect", (own_cpu_seconds() - own_before) * 1e6 / connects);
  line.number("connect_p50_us", fleet_.connect_times().percentile_us(0.5));
  line.number("connect_p99_us", fleet_.connect_times().percentile_us(0.99));
  line.print();
  return done_ == options_.count;
}

}  // namespace godwit::bench
