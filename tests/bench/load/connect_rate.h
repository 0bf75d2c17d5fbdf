// Connect, CONNACK, DISCONNECT, again and again: what a connect costs the broker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/fleet.h"
#include "tests/bench/load/options.h"

namespace godwit::bench {

class ConnectRate final : public FleetListener {
 public:
  explicit ConnectRate(const Options& options);

  bool run();

 private:
  std::vector<std::string> filters_of(const Connection& /*connection*/) override { return {}; }
  void on_up(Connection& connection) override;
  void on_lost(Connection& connection) override;

  const Options& options_;
  Fleet fleet_;
  // Connections are used again, but only from the loop: a callback still works on the old one.
  std::vector<Connection*> free_;
  std::vector<Connection*> up_;
  std::uint64_t done_ = 0;
};

}  // namespace godwit::bench
