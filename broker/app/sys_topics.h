// The topics below $SYS/broker/, for people and tools that look there; the metrics say more.
//
// Pure: reads counters, gives messages. Thread: the service thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/time.h"
#include "broker/app/metric_sums.h"

namespace godwit::app {

struct SysMessage {
  std::string topic;
  std::string payload;
};

class SysTopics {
 public:
  SysTopics(std::span<const MetricSheet* const> sheets, Instant started);

  // All topics the first time, later those whose value has changed: the messages are retained.
  [[nodiscard]] std::vector<SysMessage> collect(Instant now);
  // The last ones did not arrive: all of them the next time.
  void forget() { last_.clear(); }

 private:
  MetricSums sums_;
  Instant started_;
  std::vector<std::string> last_;  // Payloads in the order of the topics; empty before the first.
};

}  // namespace godwit::app
