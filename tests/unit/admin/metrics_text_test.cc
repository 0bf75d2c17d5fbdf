#include "broker/admin/metrics_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace godwit::admin {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;

const Version kVersion{"0.1.0", "abc", "debug"};

std::string text_of(const std::vector<const MetricSheet*>& sheets) {
  return metrics_text(sheets, ProcessMetrics{}, kVersion);
}

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

TEST(MetricsText, writes_help_type_and_value) {
  MetricSheet sheet;
  sheet.add({kCounter, "test_events_total", "Events seen."}).add(3);
  sheet.add({kGauge, "test_open", "Now open."}).add(-2);
  const std::string text = text_of({&sheet});
  EXPECT_TRUE(has_line(text, "# HELP test_events_total Events seen."));
  EXPECT_TRUE(has_line(text, "# TYPE test_events_total counter"));
  EXPECT_TRUE(has_line(text, "test_events_total 3"));
  EXPECT_TRUE(has_line(text, "# TYPE test_open gauge"));
  EXPECT_TRUE(has_line(text, "test_open -2"));
}

TEST(MetricsText, adds_up_what_has_the_same_name_and_labels) {
  MetricSheet first;
  MetricSheet second;
  for (MetricSheet* sheet : {&first, &second}) {
    sheet->add({kCounter, "test_received_total", "Received.", "qos", "0"}).add(2);
    sheet->add({kCounter, "test_received_total", "Received.", "qos", "1"}).add(5);
  }
  const std::string text = text_of({&first, &second});
  EXPECT_TRUE(has_line(text, "test_received_total{qos=\"0\"} 4"));
  EXPECT_TRUE(has_line(text, "test_received_total{qos=\"1\"} 10"));
  // One family, one help line.
  EXPECT_EQ(text.find("# HELP test_received_total"), text.rfind("# HELP test_received_total"));
}

TEST(MetricsText, shows_what_is_counted_in_smaller_units_in_those_of_its_name) {
  MetricSheet first;
  MetricSheet second;
  for (MetricSheet* sheet : {&first, &second}) {
    sheet
        ->add({.kind = kCounter,
               .name = "test_busy_seconds_total",
               .help = "Busy.",
               .label = "thread",
               .label_value = "0",
               .scale = 1e-3})
        .add(750);
  }
  EXPECT_TRUE(has_line(text_of({&first, &second}), "test_busy_seconds_total{thread=\"0\"} 1.5"));
}

TEST(MetricsText, large_counters_stay_exact) {
  MetricSheet sheet;
  sheet.add({kCounter, "test_bytes_total", "Bytes."}).add(std::int64_t{1} << 52U);
  EXPECT_TRUE(has_line(text_of({&sheet}), "test_bytes_total 4503599627370496"));
}

TEST(MetricsText, says_what_is_running) {
  EXPECT_TRUE(has_line(text_of({}),
                       "godwit_build_info{version=\"0.1.0\",revision=\"abc\",build=\"debug\"} 1"));
}

TEST(MetricsText, promtool_has_nothing_to_say) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no promtool";
  }
  MetricSheet sheet;
  static_cast<void>(sheet.add({kCounter, "godwit_test_events_total", "Events.", "kind", "a"}));
  static_cast<void>(sheet.add({kGauge, "godwit_test_open", "Now open."}));
  const std::string path = testing::TempDir() + "godwit_metrics_text_test.txt";
  std::ofstream(path) << metrics_text(std::vector<const MetricSheet*>{&sheet},
                                      read_process_metrics(), kVersion);
  EXPECT_EQ(std::system(("promtool check metrics <" + path).c_str()), 0);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace godwit::admin
