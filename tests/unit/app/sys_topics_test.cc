#include "broker/app/sys_topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

namespace godwit::app {
namespace {

using ::testing::Contains;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::map<std::string, std::string> as_map(const std::vector<SysMessage>& messages) {
  std::map<std::string, std::string> map;
  for (const SysMessage& message : messages) {
    map[message.topic] = message.payload;
  }
  return map;
}

TEST(SysTopics, adds_up_what_all_threads_count) {
  MetricSheet first;
  MetricSheet second;
  first.add({MetricKind::kGauge, "godwit_connections", "help"}).set(3);
  second.add({MetricKind::kGauge, "godwit_connections", "help"}).set(4);
  second.add({MetricKind::kCounter, "godwit_publish_received_total", "help", "qos", "0"}).set(5);
  second.add({MetricKind::kCounter, "godwit_publish_received_total", "help", "qos", "1"}).set(6);
  const std::array<const MetricSheet*, 2> sheets{&first, &second};

  const Instant start{std::chrono::hours(1)};
  SysTopics topics(sheets, start);
  const auto messages = as_map(topics.collect(start + std::chrono::milliseconds(2500)));
  EXPECT_THAT(messages, Contains(Pair("$SYS/broker/clients/connected", "7")));
  EXPECT_THAT(messages, Contains(Pair("$SYS/broker/messages/received", "11")));
  EXPECT_THAT(messages, Contains(Pair("$SYS/broker/messages/sent", "0")));
  EXPECT_THAT(messages, Contains(Pair("$SYS/broker/uptime", "2 seconds")));
}

TEST(SysTopics, repeats_only_what_has_changed) {
  MetricSheet sheet;
  Metric& connections = sheet.add({MetricKind::kGauge, "godwit_connections", "help"});
  const std::array<const MetricSheet*, 1> sheets{&sheet};
  SysTopics topics(sheets, Instant{});
  EXPECT_EQ(topics.collect(Instant{}).size(), 11U);
  EXPECT_EQ(topics.collect(Instant{}).size(), 0U);
  connections.increment();
  EXPECT_THAT(as_map(topics.collect(Instant{})),
              UnorderedElementsAre(Pair("$SYS/broker/clients/connected", "1")));
}

}  // namespace
}  // namespace godwit::app
