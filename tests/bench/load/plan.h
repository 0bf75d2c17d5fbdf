// The traffic of a pubsub run: who subscribes to what, and on which stream (one publisher, one
// topic) a publisher sends next.
//
//   pairs   publisher i to subscriber i, each on its own topic
//   fanout  every publisher on one topic, every subscriber on it
//   fanin   every publisher on its own topic, every subscriber on all by `prefix/#`
//   shared  every publisher on its own topic, all subscribers in one group that shares `prefix/#`
//   wild    random topics against a table of wildcard filters
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/ledger.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/random.h"

namespace godwit::bench {

class Plan {
 public:
  // Tells the ledger all streams and their receivers.
  Plan(const Options& options, Ledger& ledger);

  [[nodiscard]] std::vector<std::string> filters_of(std::uint32_t subscriber) const;

  std::uint32_t next_stream(std::uint32_t publisher) {
    if (per_publisher_ == 1) {
      return publisher;
    }
    return random_.below(per_publisher_) * options_.publishers + publisher;
  }
  [[nodiscard]] std::uint32_t publisher_of(std::uint32_t stream) const {
    return stream % options_.publishers;
  }
  [[nodiscard]] const std::string& topic_of(std::uint32_t stream) const { return topics_[stream]; }

  // Deliveries one publish causes, where that is a fixed number; otherwise 1.
  [[nodiscard]] std::uint32_t copies() const;

 private:
  [[nodiscard]] std::string numbered_topic(std::uint32_t number) const;

  const Options& options_;
  std::vector<std::string> topics_;
  std::uint32_t per_publisher_ = 1;
  Random random_{1};
};

}  // namespace godwit::bench
