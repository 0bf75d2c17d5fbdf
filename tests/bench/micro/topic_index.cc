// Who matches a topic: by the number of filters there are, and by what they are like.

#include "broker/routing/topic_index.h"

#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "tests/bench/micro/fleet.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using routing::Subscriber;
using routing::TopicIndex;

constexpr std::int64_t kCalls = 20 * Cycle::kTexts;

struct Size {
  const char* name;
  std::size_t filters;
};
constexpr std::array<Size, 3> kSizes{{{"_1", 1}, {"_1k", 1'000}, {"_100k", 100'000}}};

using TextOf = std::string (*)(std::size_t);

TopicIndex index_of(std::size_t filters, TextOf filter_of) {
  TopicIndex index(kHashKey);
  for (std::size_t i = 0; i < filters; ++i) {
    const auto inserted =
        index.insert(kTenant, topic_filter(filter_of(i)), Subscriber(std::uint32_t(i)), {});
    CHECK(!inserted.replaced);
  }
  return index;
}

std::string exact_filter(std::size_t i) { return device_topic(i); }

// Matches topics that each have `expected` subscribers.
void matching(Bench& bench, const TopicIndex& index, Cycle topics, std::size_t expected) {
  std::vector<routing::Match> found;
  bench.repeat(1, [&] {
    found.clear();
    index.match(kTenant, topic_name(topics.next()), found);
    benchmark::DoNotOptimize(found.data());
  });
  CHECK(found.size() == expected);
}

// A subscription to one more filter comes and goes.
void coming_and_going(Bench& bench, std::size_t filters) {
  TopicIndex index = index_of(filters, wildcard_filter);
  Cycle more(Cycle::kTexts * 100, [&](std::size_t i) { return wildcard_filter(filters + i); });
  bench.repeat(1, [&] {
    const mqtt::TopicFilter filter = topic_filter(more.next());
    const auto inserted = index.insert(kTenant, filter, Subscriber(7), {});
    CHECK(!inserted.replaced && index.erase(inserted.filter, Subscriber(7)));
  });
}

void add_of_size(Suite& suite, const Size& size) {
  const std::size_t filters = size.filters;
  const auto topic_of = [](std::size_t i) { return device_topic(i); };
  // Known up to the last level.
  const auto miss_of = [](std::size_t i) { return device_topic(i, "humidity"); };
  suite.add(std::string("index_exact") + size.name, kCalls, [=](Bench& bench) {
    matching(bench, index_of(filters, exact_filter), Cycle(filters, topic_of), 1);
  });
  suite.add(std::string("index_miss") + size.name, kCalls, [=](Bench& bench) {
    matching(bench, index_of(filters, exact_filter), Cycle(filters, miss_of), 0);
  });
  suite.add(std::string("index_wildcard") + size.name, kCalls, [=](Bench& bench) {
    matching(bench, index_of(filters, wildcard_filter), Cycle(filters, topic_of), 1);
  });
  suite.add(std::string("index_subscribe_unsubscribe") + size.name, kCalls,
            [=](Bench& bench) { coming_and_going(bench, filters); });
}

// Topics that come so seldom that no answer is remembered: each is a walk down the tree.
void add_new_topics(Suite& suite) {
  constexpr std::size_t kFilters = 100'000;
  const auto topic_of = [](std::size_t i) { return device_topic(i); };
  const auto miss_of = [](std::size_t i) { return device_topic(i, "humidity"); };
  suite.add("index_exact_100k_new", kCalls, [=](Bench& bench) {
    matching(bench, index_of(kFilters, exact_filter), Cycle(kFilters, topic_of, Cycle::kManyTexts),
             1);
  });
  suite.add("index_miss_100k_new", kCalls, [=](Bench& bench) {
    matching(bench, index_of(kFilters, exact_filter), Cycle(kFilters, miss_of, Cycle::kManyTexts),
             0);
  });
  suite.add("index_wildcard_100k_new", kCalls, [=](Bench& bench) {
    matching(bench, index_of(kFilters, wildcard_filter),
             Cycle(kFilters, topic_of, Cycle::kManyTexts), 1);
  });
}

// Filters of one topic that are as different as they can be; one subscriber has all of them.
void crossing_wildcards(Bench& bench) {
  const std::vector<std::string> filters{"#",
                                         "+/#",
                                         "site/#",
                                         "site/+/device/+/temperature",
                                         "site/7/+/42/#",
                                         "+/+/+/+/+",
                                         "site/7/device/42/+",
                                         "site/7/device/42/temperature"};
  TopicIndex index(kHashKey);
  for (const std::string& filter : filters) {
    CHECK(!index.insert(kTenant, topic_filter(filter), Subscriber(1), {}).replaced);
  }
  matching(bench, index, Cycle(1, [](std::size_t) { return std::string(kTopic); }), filters.size());
}

void many_subscribers(Bench& bench) {
  constexpr std::uint32_t kSubscribers = 1'000;
  TopicIndex index(kHashKey);
  for (std::uint32_t i = 0; i < kSubscribers; ++i) {
    CHECK(!index.insert(kTenant, topic_filter(kTopic), Subscriber(i), {}).replaced);
  }
  std::vector<routing::Match> found;
  bench.repeat(kSubscribers, [&] {
    found.clear();
    index.match(kTenant, topic_name(kTopic), found);
    benchmark::DoNotOptimize(found.data());
  });
  CHECK(found.size() == kSubscribers);
}

}  // namespace

void add_topic_index(Suite& suite) {
  for (const Size& size : kSizes) {
    add_of_size(suite, size);
  }
  add_new_topics(suite);
  suite.add("index_crossing_wildcards_8", kCalls, crossing_wildcards);
  suite.add("index_per_match_of_1000", 100, many_subscribers);
}

}  // namespace godwit::bench
