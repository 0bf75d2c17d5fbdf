// Which other destinations want a topic, with 100,000 filters of eight of them.

#include "broker/routing/route_table.h"

#include <vector>

#include "base/check.h"
#include "tests/bench/micro/fleet.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using routing::Destination;
using routing::RouteTable;

constexpr std::int64_t kCalls = 20 * Cycle::kTexts;
constexpr std::size_t kFilters = 100'000;
constexpr std::size_t kDestinations = 8;

Destination destination(std::size_t i) {
  return Destination::of(ThreadIndex(static_cast<std::uint16_t>(1 + i % kDestinations)));
}

// Each filter is wanted by one destination, the one of device 0 of each site by all.
RouteTable filled_table() {
  RouteTable table(kHashKey);
  for (std::size_t i = 0; i < kFilters; ++i) {
    table.add(kTenant, topic_filter(wildcard_filter(i)), destination(i));
  }
  for (std::size_t d = 0; d < kDestinations; ++d) {
    table.add(kTenant, topic_filter("site/+/news"), destination(d));
  }
  return table;
}

void looking_up(Bench& bench, Cycle topics, std::size_t expected) {
  const RouteTable table = filled_table();
  std::vector<Destination> found;
  bench.repeat(1, [&] {
    found.clear();
    table.lookup(kTenant, topic_name(topics.next()), found);
    benchmark::DoNotOptimize(found.data());
  });
  CHECK(found.size() == expected);
}

void coming_and_going(Bench& bench) {
  RouteTable table = filled_table();
  Cycle more(Cycle::kTexts * 100, [](std::size_t i) { return wildcard_filter(kFilters + i); });
  bench.repeat(1, [&] {
    const mqtt::TopicFilter filter = topic_filter(more.next());
    CHECK(table.add(kTenant, filter, destination(3)));
    CHECK(table.remove(kTenant, filter, destination(3)));
  });
}

}  // namespace

void add_route_table(Suite& suite) {
  suite.add("route_lookup_one_of_8", kCalls, [](Bench& bench) {
    looking_up(bench, Cycle(kFilters, [](std::size_t i) { return device_topic(i); }), 1);
  });
  suite.add("route_lookup_all_8", kCalls, [](Bench& bench) {
    looking_up(bench,
               Cycle(100, [](std::size_t i) { return "site/" + std::to_string(i) + "/news"; }),
               kDestinations);
  });
  suite.add("route_lookup_miss", kCalls, [](Bench& bench) {
    const auto unknown = [](std::size_t i) {
      return "site/" + std::to_string(i % 100) + "/machine/" + std::to_string(i);
    };
    looking_up(bench, Cycle(kFilters, unknown), 0);
  });
  suite.add("route_add_remove", kCalls, coming_and_going);
}

}  // namespace godwit::bench
