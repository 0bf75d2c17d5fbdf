// Connections that do nothing, with or without subscriptions: what they weigh in the broker's
// memory is measured from outside while they are held.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/fleet.h"
#include "tests/bench/load/options.h"

namespace godwit::bench {

class Idle final : public FleetListener {
 public:
  explicit Idle(const Options& options);

  // Connects, prints one line with "ready", holds until standard input or --hold ends.
  bool run();

 private:
  std::vector<std::string> filters_of(const Connection& connection) override;

  void hold(std::uint64_t until_ns);

  const Options& options_;
  Fleet fleet_;
};

}  // namespace godwit::bench
