#include "broker/app/sys_topics.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

#include "broker/app/version.h"

namespace godwit::app {
namespace {

struct Topic {
  std::string_view topic;
  std::string_view metric;
};

constexpr std::array kCounted = {
    Topic{"$SYS/broker/clients/connected", "godwit_connections"},
    Topic{"$SYS/broker/clients/total", "godwit_sessions"},
    Topic{"$SYS/broker/messages/received", "godwit_publish_received_total"},
    Topic{"$SYS/broker/messages/sent", "godwit_publish_sent_total"},
    Topic{"$SYS/broker/messages/dropped", "godwit_messages_dropped_total"},
    Topic{"$SYS/broker/bytes/received", "godwit_network_received_bytes_total"},
    Topic{"$SYS/broker/bytes/sent", "godwit_network_sent_bytes_total"},
    Topic{"$SYS/broker/subscriptions/count", "godwit_subscriptions"},
    Topic{"$SYS/broker/retained messages/count", "godwit_retained_messages"},
};

}  // namespace

SysTopics::SysTopics(std::span<const MetricSheet* const> sheets, Instant started)
    : sums_(sheets), started_(started) {}

std::vector<SysMessage> SysTopics::collect(Instant now) {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - started_);
  std::vector<SysMessage> all = {
      {"$SYS/broker/version", fmt::format("godwit {}", kVersion)},
      {"$SYS/broker/uptime", fmt::format("{} seconds", uptime.count())},
  };
  for (const Topic& counted : kCounted) {
    all.push_back({std::string(counted.topic), fmt::format("{}", sums_.read(counted.metric))});
  }

  std::vector<SysMessage> changed;
  const bool first = last_.empty();
  last_.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!first && last_[i] == all[i].payload) {
      continue;
    }
    last_[i] = all[i].payload;
    changed.push_back(std::move(all[i]));
  }
  return changed;
}

}  // namespace godwit::app
