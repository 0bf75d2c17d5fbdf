// The main mode: publishers and subscribers in one process, so that every message is followed from
// its publish to each of its receivers. Warm-up, measured interval, drain, verdict.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/fleet.h"
#include "tests/bench/load/histogram.h"
#include "tests/bench/load/ledger.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/plan.h"
#include "tests/bench/load/publisher.h"

namespace godwit::bench {

class PubSub final : public FleetListener {
 public:
  explicit PubSub(const Options& options);

  // Runs to the end and prints the result. False when the clients did not come up.
  bool run();

 private:
  enum class Stage : std::uint8_t { kWarmup, kMeasure, kDrain, kDone };

  struct Totals {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t delivered = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t expected = 0;
    std::uint64_t received = 0;  // Delivered without the duplicates and the misrouted.
    std::uint64_t publishing_turns = 0;
  };
  // Everything that is read at an edge of the measured interval.
  struct Sample {
    std::uint64_t time_ns = 0;
    double broker_cpu_s = 0;
    double own_cpu_s = 0;
    Totals totals;
  };
  struct Faults {
    std::uint64_t damaged = 0;  // Payload of another size, another QoS, or no stamp.
    std::uint64_t unknown_answers = 0;
    std::uint64_t refused = 0;
    std::uint64_t duplicate_flags = 0;
    std::uint64_t stalls = 0;
    std::uint64_t missed_slots = 0;  // Of the open loop: the publisher could not take the message.
  };

  std::vector<std::string> filters_of(const Connection& connection) override;
  void on_publish(Connection& connection, const Publish& publish) override;
  void on_answer(Connection& connection, const Ack& ack) override;
  void on_lost(Connection& connection) override;

  bool connect();
  void advance(std::uint64_t now);
  void advance_measure(std::uint64_t now);
  void enter(Stage stage, std::uint64_t now);
  void watch_progress(std::uint64_t now);
  [[nodiscard]] bool everything_arrived() const;
  [[nodiscard]] std::uint64_t wait_until_edge(std::uint64_t now) const;
  [[nodiscard]] Sample sample() const;

  // Publish what is allowed now and return how long the loop may sleep.
  std::uint64_t publish_some(std::uint64_t now);
  std::uint64_t publish_due(std::uint64_t now);
  bool fill_window(Publisher& publisher, std::uint64_t now);
  [[nodiscard]] bool may_publish(const Publisher& publisher) const;
  [[nodiscard]] std::uint32_t following(std::uint32_t publisher) const;
  void publish(std::uint32_t index, std::uint64_t stamp_ns);

  void report() const;

  const Options& options_;
  Ledger ledger_;
  Plan plan_;
  Fleet fleet_;
  std::vector<Publisher> publishers_;
  std::uint32_t next_publisher_ = 0;
  double due_ns_ = 0;  // Of the open loop; a fraction, so that rates do not drift.
  std::uint32_t lost_publishers_ = 0;
  std::uint32_t lost_subscribers_ = 0;

  Stage stage_ = Stage::kWarmup;
  std::uint64_t stage_began_ns_ = 0;
  std::uint64_t deadline_ns_ = 0;
  std::uint64_t progress_ = 0;
  std::uint64_t progress_ns_ = 0;
  Totals totals_;
  Faults faults_;
  Sample begin_;
  Sample end_;
  Histogram latency_;
  Histogram answer_time_;
};

}  // namespace godwit::bench
