#include "tests/bench/load/idle.h"

#include "tests/bench/load/json_line.h"
#include "tests/bench/load/process_cpu.h"
#include "tests/bench/load/standard_input.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kTurnNs = 50'000'000;

}  // namespace

Idle::Idle(const Options& options) : options_(options), fleet_(options, *this) {
  for (std::uint32_t i = 0; i < options.connections; ++i) {
    fleet_.add(Role::kIdle, i);
  }
}

std::vector<std::string> Idle::filters_of(const Connection& connection) {
  std::vector<std::string> filters;
  for (std::uint32_t i = 0; i < options_.subscriptions_per_connection; ++i) {
    filters.push_back(options_.prefix + "/client/" + std::to_string(connection.index) + "/item/" +
                      std::to_string(i));
  }
  return filters;
}

bool Idle::run() {
  const std::uint64_t began = now_ns();
  const auto limit_ns = static_cast<std::uint64_t>(options_.limit_seconds * 1e9);
  const double cpu_before = process_cpu_seconds(options_.broker_pids);
  const bool all_up = fleet_.start_all(began + limit_ns);
  const double cpu_us = (process_cpu_seconds(options_.broker_pids) - cpu_before) * 1e6;
  const double seconds = static_cast<double>(now_ns() - began) / 1e9;

  JsonLine line;
  line.text("mode", "idle").text("transport", options_.transport_name).flag("ready", all_up);
  line.count("connected", fleet_.counters().connected);
  line.count("subscriptions", fleet_.counters().connected * options_.subscriptions_per_connection);
  line.count("connect_errors", fleet_.counters().connect_errors);
  line.count("refused_filters", fleet_.counters().refused_filters);
  line.number("connect_s", seconds);
  line.number("broker_cpu_us_per_connection", cpu_us / options_.connections);
  line.number("connect_p50_us", fleet_.connect_times().percentile_us(0.5));
  line.number("connect_p99_us", fleet_.connect_times().percentile_us(0.99));
  line.print();

  const double hold_seconds =
      options_.hold_seconds > 0 ? options_.hold_seconds : options_.limit_seconds;
  hold(now_ns() + static_cast<std::uint64_t>(hold_seconds * 1e9));

  JsonLine last;
  last.text("mode", "idle_end").count("disconnects", fleet_.counters().disconnects);
  fleet_.stop_all();
  last.print();
  return all_up;
}

void Idle::hold(std::uint64_t until_ns) {
  const bool watch_input = options_.hold_seconds <= 0;
  while (now_ns() < until_ns && !(watch_input && input_ended())) {
    fleet_.poll(kTurnNs);
    fleet_.flush();
  }
}

}  // namespace godwit::bench
