// Retained messages of 64 bytes, 100,000 of them.

#include "broker/routing/retained_store.h"

#include <string>
#include <vector>

#include "base/check.h"
#include "tests/bench/micro/fleet.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using routing::RetainedStore;
using routing::RetainOutcome;

constexpr std::int64_t kCalls = 10 * Cycle::kTexts;
constexpr std::size_t kMessages = 100'000;
constexpr std::size_t kPayloadBytes = 64;

mqtt::MessageRef message(std::string_view topic, std::string_view payload) {
  mqtt::Publish publish;
  publish.topic = topic_name(topic);
  publish.payload = as_bytes(payload);
  publish.retain = true;
  return mqtt::MessageRef::make(publish, Instant{});
}

RetainedStore filled_store() {
  RetainedStore store(routing::RetainedLimits{});
  const std::string payload(kPayloadBytes, 'x');
  for (std::size_t i = 0; i < kMessages; ++i) {
    CHECK(store.set(kTenant, message(device_topic(i), payload)) == RetainOutcome::kStored);
  }
  return store;
}

void replace(Bench& bench) {
  RetainedStore store = filled_store();
  const std::string payload(kPayloadBytes, 'y');
  Cycle topics(kMessages, [](std::size_t i) { return device_topic(i); });
  bench.repeat(1, [&] {
    CHECK(store.set(kTenant, message(topics.next(), payload)) == RetainOutcome::kReplaced);
  });
}

void store_and_remove(Bench& bench) {
  RetainedStore store = filled_store();
  const std::string payload(kPayloadBytes, 'y');
  Cycle topics(kMessages, [](std::size_t i) { return device_topic(i, "humidity"); });
  bench.repeat(1, [&] {
    const std::string_view topic = topics.next();
    CHECK(store.set(kTenant, message(topic, payload)) == RetainOutcome::kStored);
    CHECK(store.set(kTenant, message(topic, {})) == RetainOutcome::kRemoved);
  });
}

// The whole answer to a subscription, in slices; told for each message of it.
void reading(Bench& bench, const char* text, std::size_t expected) {
  constexpr std::size_t kSlice = 64;
  RetainedStore store = filled_store();
  std::vector<mqtt::MessageRef> found;
  std::string after;
  bench.repeat(static_cast<std::int64_t>(expected), [&] {
    found.clear();
    after.clear();
    while (store.read(kTenant, topic_filter(text), Instant{}, kSlice, after, found)) {
    }
    benchmark::DoNotOptimize(found.data());
  });
  CHECK(found.size() == expected);
}

}  // namespace

void add_retained_store(Suite& suite) {
  suite.add("retained_replace", kCalls, replace);
  suite.add("retained_store_and_remove", kCalls, store_and_remove);
  // A site has 1,000 devices.
  suite.add("retained_read_subtree", 5, [](Bench& bench) { reading(bench, "site/7/#", 1'000); });
  // One device in each of 100 sites: each is looked for.
  suite.add("retained_read_plus", 10,
            [](Bench& bench) { reading(bench, "site/+/device/42/temperature", 100); });
}

}  // namespace godwit::bench
