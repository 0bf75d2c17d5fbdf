#include "base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace godwit {
namespace {

TEST(Metrics, a_handle_counts_in_its_row) {
  MetricSheet sheet;
  Metric& received =
      sheet.add({MetricKind::kCounter, "test_received_total", "Received.", "qos", "1"});
  Metric& open = sheet.add({MetricKind::kGauge, "test_open", "Open."});
  received.increment();
  received.add(41);
  open.increment();
  open.increment();
  open.decrement();
  ASSERT_EQ(sheet.rows().size(), 2U);
  EXPECT_EQ(sheet.rows()[0].name.name, "test_received_total");
  EXPECT_EQ(sheet.rows()[0].name.label_value, "1");
  EXPECT_EQ(sheet.rows()[0].metric.read(), 42);
  EXPECT_EQ(sheet.rows()[1].metric.read(), 1);
}

TEST(Metrics, handles_keep_their_address_as_the_sheet_grows) {
  MetricSheet sheet;
  Metric& first = sheet.add({MetricKind::kCounter, "test_first_total", "First."});
  for (int i = 0; i < 1'000; ++i) {
    static_cast<void>(sheet.add({MetricKind::kCounter, "test_other_total", "Other."}));
  }
  first.increment();
  EXPECT_EQ(sheet.rows().front().metric.read(), 1);
}

TEST(Metrics, a_gauge_can_be_set_and_go_below_zero) {
  // One thread's share of a sum may be negative.
  MetricSheet sheet;
  Metric& share = sheet.add({MetricKind::kGauge, "test_share", "Share."});
  share.set(3);
  share.add(-5);
  EXPECT_EQ(share.read(), -2);
}

TEST(Metrics, another_thread_may_read_while_the_owner_counts) {
  constexpr std::int64_t kCount = 50'000;
  MetricSheet sheet;
  Metric& counter = sheet.add({MetricKind::kCounter, "test_total", "Counted."});
  std::thread owner([&counter] {
    for (std::int64_t i = 0; i < kCount; ++i) {
      counter.increment();
    }
  });
  std::int64_t last = 0;
  while (last < kCount) {
    const std::int64_t now = sheet.rows().front().metric.read();
    EXPECT_GE(now, last);
    last = now;
  }
  owner.join();
}

}  // namespace
}  // namespace godwit
