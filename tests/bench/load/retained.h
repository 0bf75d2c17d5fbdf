// Retained messages: Retain stores --count of them, each on its own topic
// `prefix/<number / 1000>/<number % 1000>`; Fetch subscribes once and checks what comes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/fleet.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/publisher.h"

namespace godwit::bench {

class Retain final : public FleetListener {
 public:
  explicit Retain(const Options& options);

  bool run();

 private:
  std::vector<std::string> filters_of(const Connection& /*connection*/) override { return {}; }
  void on_answer(Connection& connection, const Ack& ack) override;
  void on_pong(Connection& /*connection*/) override { pong_ = true; }
  void on_lost(Connection& /*connection*/) override { lost_ = true; }

  void publish_some();
  void publish(std::uint64_t now);

  const Options& options_;
  Fleet fleet_;
  Publisher publisher_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t refused_ = 0;
  bool pinged_ = false;
  bool pong_ = false;
  bool lost_ = false;
};

class Fetch final : public FleetListener {
 public:
  explicit Fetch(const Options& options);

  bool run();

 private:
  std::vector<std::string> filters_of(const Connection& connection) override;
  void on_publish(Connection& connection, const Publish& publish) override;

  const Options& options_;
  Fleet fleet_;
  std::vector<bool> seen_;  // By the number in the stamp.
  std::uint64_t distinct_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t damaged_ = 0;  // Without the retain flag or without a stamp.
  std::uint64_t last_ns_ = 0;
};

}  // namespace godwit::bench
