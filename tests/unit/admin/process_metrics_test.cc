#include "broker/admin/process_metrics.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

namespace godwit::admin {
namespace {

TEST(ProcessMetrics, are_those_of_this_process) {
  const ProcessMetrics metrics = read_process_metrics();
  EXPECT_GT(metrics.resident_memory_bytes, 1U << 20U);
  EXPECT_GE(metrics.open_descriptors, 3U);
  EXPECT_GE(metrics.descriptors_max, metrics.open_descriptors);
  EXPECT_GT(metrics.cpu_seconds, 0);
}

TEST(ProcessMetrics, the_start_lies_a_little_in_the_past) {
  timeval now{};
  ASSERT_EQ(gettimeofday(&now, nullptr), 0);
  const double age = static_cast<double>(now.tv_sec) - read_process_metrics().start_time_seconds;
  // The kernel rounds the time of its own start to seconds.
  EXPECT_GE(age, -2);
  EXPECT_LT(age, 3'600);
}

TEST(ProcessMetrics, count_descriptors_as_they_come_and_go) {
  const std::uint64_t before = read_process_metrics().open_descriptors;
  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(read_process_metrics().open_descriptors, before + 1);
  close(descriptor);
  EXPECT_EQ(read_process_metrics().open_descriptors, before);
}

}  // namespace
}  // namespace godwit::admin
