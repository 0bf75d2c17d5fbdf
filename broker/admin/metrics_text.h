// Metrics in the text format of Prometheus. The only place that knows it, and its library.
//
// Pure. Thread: any; counters are read while their threads go on counting.
#pragma once

#include <span>
#include <string>

#include "base/metrics.h"
#include "broker/admin/operations.h"
#include "broker/admin/process_metrics.h"

namespace godwit::admin {

// What has the same name and labels in several sheets is added up.
[[nodiscard]] std::string metrics_text(std::span<const MetricSheet* const> sheets,
                                       const ProcessMetrics& process, const Version& version);

}  // namespace godwit::admin
