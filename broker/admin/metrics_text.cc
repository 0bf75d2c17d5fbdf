#include "broker/admin/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace godwit::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The rows of one name, over all sheets; by label and its value.
struct Family {
  const MetricName* name = nullptr;
  std::map<std::pair<std::string_view, std::string_view>, std::int64_t> sums;
};

MetricType type_of(MetricKind kind) {
  return kind == MetricKind::kCounter ? MetricType::Counter : MetricType::Gauge;
}

// Sorted by name, so that two scrapes can be compared.
std::map<std::string_view, Family> add_up(std::span<const MetricSheet* const> sheets) {
  std::map<std::string_view, Family> families;
  for (const MetricSheet* sheet : sheets) {
    for (const MetricSheet::Row& row : sheet->rows()) {
      Family& family = families[row.name.name];
      if (family.name == nullptr) {
        family.name = &row.name;
      }
      CHECK(family.name->kind == row.name.kind);
      family.sums[{row.name.label, row.name.label_value}] += row.metric.read();
    }
  }
  return families;
}

ClientMetric value_of(MetricKind kind, double value) {
  ClientMetric metric;
  // Only the one of the family's type is written.
  (kind == MetricKind::kCounter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

MetricFamily family_of(const Family& family) {
  const MetricName& name = *family.name;
  MetricFamily result{std::string(name.name), std::string(name.help), type_of(name.kind), {}};
  for (const auto& [label, sum] : family.sums) {
    ClientMetric metric = value_of(name.kind, static_cast<double>(sum) * name.scale);
    if (!label.first.empty()) {
      metric.label.push_back({std::string(label.first), std::string(label.second)});
    }
    result.metric.push_back(std::move(metric));
  }
  return result;
}

MetricFamily single(const char* name, const char* help, MetricKind kind, double value) {
  return {name, help, type_of(kind), {value_of(kind, value)}};
}

void append_process(const ProcessMetrics& process, std::vector<MetricFamily>& families) {
  families.push_back(single("godwit_process_resident_memory_bytes",
                            "Memory of the process that is in RAM.", MetricKind::kGauge,
                            static_cast<double>(process.resident_memory_bytes)));
  families.push_back(single("godwit_process_open_fds", "Open file descriptors.", MetricKind::kGauge,
                            static_cast<double>(process.open_descriptors)));
  families.push_back(single("godwit_process_max_fds", "File descriptors the process may open.",
                            MetricKind::kGauge, static_cast<double>(process.descriptors_max)));
  families.push_back(single("godwit_process_cpu_seconds_total",
                            "Time on a CPU, of all threads, in user and kernel.",
                            MetricKind::kCounter, process.cpu_seconds));
  families.push_back(single("godwit_process_start_time_seconds",
                            "When the process was started, in seconds since 1970.",
                            MetricKind::kGauge, process.start_time_seconds));
}

MetricFamily build_info(const Version& version) {
  ClientMetric metric = value_of(MetricKind::kGauge, 1);
  metric.label = {
      {"version", version.version}, {"revision", version.revision}, {"build", version.build}};
  return {"godwit_build_info",
          "Always 1; the labels say what is running.",
          MetricType::Gauge,
          {metric}};
}

}  // namespace

std::string metrics_text(std::span<const MetricSheet* const> sheets, const ProcessMetrics& process,
                         const Version& version) {
  std::vector<MetricFamily> families{build_info(version)};
  append_process(process, families);
  for (const auto& [name, family] : add_up(sheets)) {
    families.push_back(family_of(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace godwit::admin
