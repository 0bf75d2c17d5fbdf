// Many SUBSCRIBEs whose retained messages are read at the same time: what each brings, and what all
// of them may hold.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/unit/front/retained_fill.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using testkit::fill_retained;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;

// MQTT-3.8.4-4: each SUBSCRIBE brings its copy, as the subscription is by then.
TEST(RetainedReads, go_on_beside_that_of_the_same_filter) {
  FrontWorld world({.limits = {.send_window_max = 1}});
  fill_retained(world, 3, 10, Qos::kAtLeastOnce);
  TestClient& reader = world.connect("reader", kept_v5());
  subscribe(reader, "a/+", {.qos = Qos::kAtLeastOnce});
  subscribe(reader, "a/+", {.qos = Qos::kAtMostOnce});
  std::map<std::string, int> copies;
  for (bool more = true; more;) {
    more = false;
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      more = true;
      ++copies[std::string(publish.topic.text())];
      if (publish.qos == Qos::kAtLeastOnce) {
        reader.send(testkit::make_ack(PacketType::kPuback, publish.packet_id));
      }
    }
  }
  EXPECT_EQ(copies, (std::map<std::string, int>{{"a/0", 2}, {"a/1", 2}, {"a/2", 2}}));
}

// Whoever asks on and on without reading holds no more reads than it may hold subscriptions.
TEST(RetainedReads, make_room_for_too_many_of_the_same_filter) {
  FrontWorld world({.limits = {.subscriptions_max = 3}});
  fill_retained(world, 1, 10);
  TestClient& reader = world.connect("reader", kept_v5());
  Bytes raw;
  for (int i = 0; i < 10; ++i) {
    raw.clear();
    reader.push(testkit::make_subscribe(raw, "a/+", {}, static_cast<std::uint16_t>(i + 1)));
  }
  world.settle();
  const std::size_t copies = reader.take_publishes().size();
  EXPECT_GE(copies, 1U);
  EXPECT_LE(copies, 3U);
}

std::int64_t read_bytes(const FrontWorld& world) {
  return world.metric("godwit_retained_read_bytes");
}

// A client that asks a thousand times and reads none of it holds one slice, not a thousand.
TEST(RetainedReads, of_a_client_that_does_not_read_hold_one_slice) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads, .limits = {.write_buffer_max = 10'000}});
    fill_retained(world, 300, 1'000);
    // Most of the topics are at home elsewhere, and are asked for there.
    TestClient& reader = world.connect("reader", kept_v5(), threads - 1U);
    reader.stop_reading();
    Bytes raw;
    for (int i = 0; i < 1'000; ++i) {
      raw.clear();
      reader.push(testkit::make_subscribe(raw, "a/+", {}, static_cast<std::uint16_t>(i + 1)));
    }
    world.settle();
    // A slice has 64 KiB, and a thousand reads are objects too.
    EXPECT_LE(read_bytes(world), 70'000 + 1'000 * 320) << threads;
    reader.drop();
    world.connect("reader", testkit::ConnectSpec{});  // The session ends, and its reads.
    EXPECT_EQ(read_bytes(world), 0);
  }
}

// Topics that come live meanwhile are remembered, and that counts.
TEST(RetainedReads, count_what_came_live_meanwhile) {
  FrontWorld world({.limits = {.write_buffer_max = 10'000}});
  fill_retained(world, 300, 1'000);
  TestClient& reader = world.connect("reader", kept_v5());
  reader.stop_reading();
  Bytes raw;
  reader.push(testkit::make_subscribe(raw, "#"));
  world.settle();
  TestClient& publisher = world.connect("other");
  for (int i = 0; i < 100; ++i) {
    publisher.send(make_publish("live/" + std::to_string(i), "x", Qos::kAtMostOnce, 0, true));
  }
  const std::int64_t held = read_bytes(world);
  EXPECT_GT(held, 100 * 6);
  publisher.send(make_publish("live/0", "y", Qos::kAtMostOnce, 0, true));
  EXPECT_EQ(read_bytes(world), held);
  reader.go_on_reading();
  world.settle();
  EXPECT_EQ(read_bytes(world), 0);
}

// A client that subscribes to thousands of topics by name holds no reads for those that have
// nothing, also while it has no room for what others have.
TEST(RetainedReads, of_one_topic_are_held_only_if_it_has_a_message) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads, .limits = {.write_buffer_max = 10'000}});
    fill_retained(world, 30, 1'000);
    TestClient& reader = world.connect("reader", kept_v5());
    reader.stop_reading();
    Bytes raw;
    std::uint16_t id = 0;
    const auto ask = [&](const std::string& filter) {
      raw.clear();
      reader.push(testkit::make_subscribe(raw, filter, {}, ++id));
      world.settle();
    };
    ask("a/+");
    const std::int64_t before = read_bytes(world);
    ASSERT_GT(before, 0);
    for (int i = 0; i < 20; ++i) {
      ask("nothing/" + std::to_string(i));
    }
    EXPECT_EQ(read_bytes(world), before);
    for (int i = 0; i < 6; ++i) {
      ask("a/" + std::to_string(i));
    }
    EXPECT_GT(read_bytes(world), before);
    std::map<std::string, int> copies;
    reader.go_on_reading();
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      ++copies[std::string(publish.topic.text())];
    }
    EXPECT_EQ(copies.size(), 30U);
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(copies["a/" + std::to_string(i)], i < 6 ? 2 : 1) << i;
    }
    EXPECT_EQ(read_bytes(world), 0);
  }
}

}  // namespace
}  // namespace godwit
