// One publisher, a thousand subscribers of one filter, through a whole front: told for each
// delivery. And the other way round: many publishers, one subscriber.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "tests/bench/micro/front_driver.h"
#include "tests/bench/micro/packets.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using mqtt::ProtocolVersion;
using mqtt::Qos;

constexpr std::size_t kSubscribers = 1'000;
constexpr std::uint16_t kBatch = 4;  // PUBLISH packets of a turn.
constexpr std::int64_t kBatches = 4;

// Everybody may read what is under `site/#` but for the secrets, so each delivery is looked at. The
// rules before the one that decides are such as do not end at the first level.
constexpr std::string_view kRules =
    "allow  user ops  any        #\n"
    "deny   everyone  subscribe  site/+/secret/#\n"
    "allow  everyone  any        site/+/%c/#\n"
    "allow  everyone  any        site/#\n";

struct Shape {
  PublishShape publish;
  std::string_view filter = kTopic;
  bool with_rules = false;
  ProtocolVersion subscribers = ProtocolVersion::k3_1_1;
};

std::shared_ptr<const access::Policy> policy_of(const Shape& shape) {
  if (!shape.with_rules) {
    return access::Policy::allow_all();
  }
  const auto policy = access::Policy::parse(kRules, "rules");
  CHECK(policy.has_value());
  return *policy;
}

void fan_out(Bench& bench, const Shape& shape) {
  FrontDriver driver(policy_of(shape));
  const auto publisher = driver.connect(shape.publish.version, "publisher");
  for (std::size_t i = 0; i < kSubscribers; ++i) {
    const auto subscriber = driver.connect(shape.subscribers, "subscriber-" + std::to_string(i));
    driver.subscribe(subscriber, shape.filter, shape.publish.qos);
  }
  const SentBytes batch = publish_batch(shape.publish, kTopic, kBatch);
  std::uint64_t sent = 0;
  bench.repeat(kBatch * kSubscribers, [&] {
    driver.say(publisher, batch);
    driver.run();
    sent += kBatch * kSubscribers;
  });
  CHECK(driver.delivered() == sent);
}

void add(Suite& suite, const char* name, const Shape& shape) {
  suite.add(name, kBatches, [shape](Bench& bench) { fan_out(bench, shape); });
}

// Each publisher's messages go to the same one subscriber.
void fan_in(Bench& bench, Qos qos) {
  constexpr std::size_t kPublishers = 500;
  FrontDriver driver;
  driver.subscribe(driver.connect(ProtocolVersion::k3_1_1, "subscriber"), "site/#", qos);
  std::vector<FrontDriver::Client> publishers;
  std::vector<SentBytes> packets;
  for (std::size_t i = 0; i < kPublishers; ++i) {
    publishers.push_back(driver.connect(ProtocolVersion::k3_1_1, "p" + std::to_string(i)));
    packets.push_back(publish_batch({.payload_bytes = 256, .qos = qos}, device_topic(i), 1));
  }
  std::uint64_t sent = 0;
  bench.repeat(kPublishers, [&] {
    for (std::size_t i = 0; i < kPublishers; ++i) {
      driver.say(publishers[i], packets[i]);
    }
    driver.run();
    sent += kPublishers;
  });
  CHECK(driver.delivered() == sent);
}

}  // namespace

void add_fan_out(Suite& suite) {
  constexpr auto kV5 = ProtocolVersion::k5_0;
  const PublishShape small{.payload_bytes = 16};
  add(suite, "fan_out_1000_qos0_16", {.publish = small});
  add(suite, "fan_out_1000_qos1_16", {.publish = {.payload_bytes = 16, .qos = Qos::kAtLeastOnce}});
  add(suite, "fan_out_1000_qos0_16_wildcard", {.publish = small, .filter = "site/7/#"});
  add(suite, "fan_out_1000_qos0_16_rules",
      {.publish = small, .filter = "site/7/#", .with_rules = true});
  add(suite, "fan_out_1000_v5_qos0_256_properties",
      {.publish = {.version = kV5, .with_properties = true}, .subscribers = kV5});
  suite.add("fan_in_500_qos0_256", 4, [](Bench& bench) { fan_in(bench, Qos::kAtMostOnce); });
  suite.add("fan_in_500_qos1_256", 4, [](Bench& bench) { fan_in(bench, Qos::kAtLeastOnce); });
}

}  // namespace godwit::bench
