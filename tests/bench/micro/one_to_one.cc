// One publisher, one subscriber, through a whole front: for each message from the bytes of the
// PUBLISH to the bytes of its delivery, with all acknowledgements on both sides.

#include <string>
#include <vector>

#include "base/check.h"
#include "tests/bench/micro/front_driver.h"
#include "tests/bench/micro/packets.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using mqtt::ProtocolVersion;
using mqtt::Qos;

// As many as a read of a busy socket brings: a quarter of its buffer at 256 bytes.
constexpr std::uint16_t kBatch = 64;
constexpr std::int64_t kBatches = 20;

struct Shape {
  PublishShape publish;
  std::uint16_t batch = kBatch;
  ProtocolVersion subscriber = ProtocolVersion::k3_1_1;
  std::uint16_t threads = 1;  // With two, publisher and subscriber are on different ones.
};

void one_to_one(Bench& bench, const Shape& shape) {
  FrontDriver driver(access::Policy::allow_all(), shape.threads);
  const auto publisher = driver.connect(shape.publish.version, "publisher");
  const auto subscriber = driver.connect(shape.subscriber, "subscriber", shape.threads - 1U);
  driver.subscribe(subscriber, kTopic, shape.publish.qos);
  const SentBytes batch = publish_batch(shape.publish, kTopic, shape.batch);
  std::uint64_t sent = 0;
  bench.repeat(shape.batch, [&] {
    driver.say(publisher, batch);
    driver.run();
    sent += shape.batch;
  });
  CHECK(driver.delivered() == sent);
}

void add(Suite& suite, const char* name, const Shape& shape) {
  suite.add(name, kBatches * kBatch / shape.batch,
            [shape](Bench& bench) { one_to_one(bench, shape); });
}

// Many publishers with a subscriber each; in a turn each says one message.
void pairs(Bench& bench, Qos qos) {
  constexpr std::size_t kPairs = 200;
  FrontDriver driver;
  std::vector<FrontDriver::Client> publishers;
  std::vector<SentBytes> packets;
  for (std::size_t i = 0; i < kPairs; ++i) {
    const std::string topic = device_topic(i);
    publishers.push_back(driver.connect(ProtocolVersion::k3_1_1, "p" + std::to_string(i)));
    driver.subscribe(driver.connect(ProtocolVersion::k3_1_1, "s" + std::to_string(i)), topic, qos);
    packets.push_back(publish_batch({.payload_bytes = 256, .qos = qos}, topic, 1));
  }
  std::uint64_t sent = 0;
  bench.repeat(kPairs, [&] {
    for (std::size_t i = 0; i < kPairs; ++i) {
      driver.say(publishers[i], packets[i]);
    }
    driver.run();
    sent += kPairs;
  });
  CHECK(driver.delivered() == sent);
}

// A message that nobody wants.
void no_subscriber(Bench& bench) {
  FrontDriver driver;
  const auto publisher = driver.connect(ProtocolVersion::k3_1_1, "publisher");
  const SentBytes batch = publish_batch({.payload_bytes = 16}, kTopic, kBatch);
  bench.repeat(kBatch, [&] {
    driver.say(publisher, batch);
    driver.run();
  });
}

// CONNECT, CONNACK, DISCONNECT, and the session's end.
void connect_and_close(Bench& bench) {
  FrontDriver driver;
  const Bytes disconnect{std::byte{0xE0}, std::byte{0}};
  bench.repeat(1, [&] {
    const auto client = driver.connect(ProtocolVersion::k3_1_1, "device-0123456789abcdef");
    driver.say(client, disconnect);
    driver.run();
  });
  CHECK(driver.connection_count() == 0);
}

}  // namespace

void add_one_to_one(Suite& suite) {
  constexpr auto kV5 = ProtocolVersion::k5_0;
  add(suite, "one_to_one_qos0_16", {.publish = {.payload_bytes = 16}});
  add(suite, "one_to_one_qos0_256", {});
  add(suite, "one_to_one_qos1_256", {.publish = {.qos = Qos::kAtLeastOnce}});
  add(suite, "one_to_one_qos2_256", {.publish = {.qos = Qos::kExactlyOnce}});
  add(suite, "one_to_one_singly_qos0_16", {.publish = {.payload_bytes = 16}, .batch = 1});
  add(suite, "one_to_one_singly_qos1_256", {.publish = {.qos = Qos::kAtLeastOnce}, .batch = 1});
  add(suite, "one_to_one_v5_qos1_256",
      {.publish = {.version = kV5, .qos = Qos::kAtLeastOnce}, .subscriber = kV5});
  add(suite, "one_to_one_v5_qos0_256_properties",
      {.publish = {.version = kV5, .with_properties = true}, .subscriber = kV5});
  add(suite, "one_to_one_v5_to_v311_qos0_256", {.publish = {.version = kV5}});
  add(suite, "two_threads_qos0_256", {.threads = 2});
  add(suite, "two_threads_qos1_256", {.publish = {.qos = Qos::kAtLeastOnce}, .threads = 2});
  add(suite, "two_threads_singly_qos0_16",
      {.publish = {.payload_bytes = 16}, .batch = 1, .threads = 2});
  suite.add("pairs_200_qos0_256", 5, [](Bench& bench) { pairs(bench, Qos::kAtMostOnce); });
  suite.add("pairs_200_qos1_256", 5, [](Bench& bench) { pairs(bench, Qos::kAtLeastOnce); });
  suite.add("no_subscriber_qos0_16", kBatches, no_subscriber);
  suite.add("connect_and_close_v311", 200, connect_and_close);
}

}  // namespace godwit::bench
