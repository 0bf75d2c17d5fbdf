// Reads metrics across the sheets of all threads: rows with the same name are added up, whatever
// their labels.
//
// Thread: any. The sheets outlive it, and all their rows exist before it does.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/metrics.h"

namespace godwit::app {

class MetricSums {
 public:
  explicit MetricSums(std::span<const MetricSheet* const> sheets);

  // 0 for a name that nobody counts.
  [[nodiscard]] std::int64_t read(std::string_view name) const;

 private:
  std::map<std::string_view, std::vector<const Metric*>> metrics_;
};

}  // namespace godwit::app
