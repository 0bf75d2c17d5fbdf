#include "broker/app/metric_sums.h"

namespace godwit::app {

MetricSums::MetricSums(std::span<const MetricSheet* const> sheets) {
  for (const MetricSheet* sheet : sheets) {
    for (const MetricSheet::Row& row : sheet->rows()) {
      metrics_[row.name.name].push_back(&row.metric);
    }
  }
}

std::int64_t MetricSums::read(std::string_view name) const {
  const auto found = metrics_.find(name);
  if (found == metrics_.end()) {
    return 0;
  }
  std::int64_t sum = 0;
  for (const Metric* metric : found->second) {
    sum += metric->read();
  }
  return sum;
}

}  // namespace godwit::app
