// A SUBSCRIBE to many retained messages: in slices, at the reader's pace, while they change.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/unit/front/retained_fill.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using testkit::ConnectSpec;
using testkit::fill_retained;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;

// Acknowledges QoS 1 until nothing more comes; counts distinct topics.
std::size_t read_and_acknowledge(TestClient& reader) {
  std::set<std::string> topics;
  for (bool more = true; more;) {
    more = false;
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      EXPECT_TRUE(topics.emplace(publish.topic.text()).second);
      if (publish.qos == Qos::kAtLeastOnce) {
        reader.push(testkit::make_ack(PacketType::kPuback, publish.packet_id));
      }
      more = true;
    }
    reader.send_raw(ByteView());
  }
  return topics.size();
}

// The queue may empty without a byte going out: what waited in it has expired.
TEST(RetainedRead, goes_on_when_what_waited_before_it_has_expired) {
  FrontWorld world({.limits = {.send_window_max = 1}});
  fill_retained(world, 1, 10);
  TestClient& reader = world.connect("reader", kept_v5());
  subscribe(reader, "live", {.qos = Qos::kAtLeastOnce});
  TestClient& publisher = world.connect("other", ConnectSpec{});
  publisher.send(make_publish("live", "1", Qos::kAtLeastOnce, 1));
  mqtt::Publish expiring = make_publish("live", "2", Qos::kAtLeastOnce, 2);
  expiring.message_expiry_interval = 1;
  publisher.send(expiring);
  subscribe(reader, "a/#");
  world.advance(std::chrono::seconds(2));
  const auto in_flight = reader.take_publishes();
  ASSERT_EQ(in_flight.size(), 1U);

  reader.send(testkit::make_ack(PacketType::kPuback, in_flight[0].packet_id));
  EXPECT_EQ(reader.take_publishes().size(), 1U);
}

TEST(RetainedRead, of_many_messages_is_complete) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 1'000, 10);
    TestClient& reader = world.connect("reader");
    subscribe(reader, "a/#");
    EXPECT_EQ(reader.take_publishes().size(), 1'000U);
    EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
  }
}

// A slice may be larger than the write buffer; nothing of it is lost to a reader that reads.
TEST(RetainedRead, of_long_messages_is_complete) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 60, 100'000);
    TestClient& reader = world.connect("reader");
    subscribe(reader, "a/#");
    EXPECT_EQ(reader.take_publishes().size(), 60U);
    EXPECT_EQ(world.metric("godwit_messages_dropped_total"), 0);
  }
}

TEST(RetainedRead, at_qos_1_waits_for_the_window_and_is_complete) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 1'000, 10, Qos::kAtLeastOnce);
    ConnectSpec spec;
    spec.receive_maximum = 7;
    TestClient& reader = world.connect("reader", spec);
    subscribe(reader, "#", {.qos = Qos::kAtLeastOnce});
    EXPECT_EQ(read_and_acknowledge(reader), 1'000U);
    EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
  }
}

// Bounded memory: the broker holds a little ahead of the socket, not the whole answer.
TEST(RetainedRead, of_a_reader_that_stands_still_costs_little) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 1'000, 5'000);
    TestClient& reader = world.connect("reader");
    reader.stop_reading();
    Bytes raw;
    reader.send(testkit::make_subscribe(raw, "#"));
    EXPECT_LT(world.metric("godwit_outbox_bytes"), 400'000);
    EXPECT_EQ(world.metric("godwit_queue_bytes"), 0);

    reader.reads_bytes_max = 10'000;  // A slow one, from now on.
    world.settle();
    EXPECT_EQ(reader.take_publishes().size(), 1'000U);
  }
}

// Other output has filled the socket when the read wants to go on; then it drains in one go.
TEST(RetainedRead, goes_on_after_other_output_was_in_its_way) {
  FrontWorld world;
  fill_retained(world, 200, 10);
  TestClient& reader = world.connect("reader");
  TestClient& publisher = world.connect("other");
  subscribe(reader, "live");
  reader.stop_reading();
  publisher.send(make_publish("live", std::string(300'000, 'x')));
  Bytes raw;
  reader.send(testkit::make_subscribe(raw, "a/#"));
  reader.go_on_reading();
  EXPECT_EQ(reader.take_publishes().size(), 201U);
}

// The same in one turn: the socket takes all of it after the read was asked to wait.
TEST(RetainedRead, goes_on_after_output_of_the_same_turn_was_in_its_way) {
  FrontWorld world;
  fill_retained(world, 200, 10);
  TestClient& reader = world.connect("reader");
  TestClient& publisher = world.connect("other");
  subscribe(reader, "live");
  Bytes raw;
  reader.push(testkit::make_subscribe(raw, "a/#"));
  publisher.push(make_publish("live", std::string(300'000, 'x')));
  world.settle();
  EXPECT_EQ(reader.take_publishes().size(), 201U);
}

TEST(RetainedRead, ends_with_its_subscription_and_with_its_session) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 1'000, 1'000);
    TestClient& reader = world.connect("reader");
    reader.stop_reading();
    Bytes raw;
    reader.send(testkit::make_subscribe(raw, "#"));
    Bytes filter;
    reader.send(testkit::make_unsubscribe(filter, "#"));
    reader.go_on_reading();
    EXPECT_LT(reader.take_publishes().size(), 500U);

    TestClient& other = world.connect("other");
    other.stop_reading();
    raw.clear();
    other.send(testkit::make_subscribe(raw, "#"));
    other.drop();
    EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
  }
}

// MQTT-3.10.4-2: UNSUBSCRIBE right behind SUBSCRIBE, before the other threads have confirmed.
TEST(RetainedRead, does_not_begin_for_a_subscription_that_has_gone_already) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 10, 10);
    TestClient& reader = world.connect("reader");
    Bytes raw;
    reader.push(testkit::make_subscribe(raw, "#", {}, 1));
    Bytes filter;
    reader.push(testkit::make_unsubscribe(filter, "#", 2));
    world.settle();
    bool unsubscribed = false;
    for (const testkit::ReceivedPacket& received : reader.packets) {
      unsubscribed |= std::holds_alternative<mqtt::Unsuback>(received.packet);
      EXPECT_FALSE(unsubscribed && std::holds_alternative<mqtt::Publish>(received.packet));
    }
    EXPECT_TRUE(unsubscribed);
  }
}

// A read that was cut off by a lost connection goes on in the kept session.
TEST(RetainedRead, of_a_kept_session_survives_its_connection) {
  FrontWorld world;
  fill_retained(world, 1'000, 1'000, Qos::kAtLeastOnce);
  TestClient& first = world.connect("reader", kept_v5());
  first.stop_reading();
  Bytes raw;
  first.send(testkit::make_subscribe(raw, "a/#", {.qos = Qos::kAtLeastOnce}));
  first.drop();
  TestClient& second = world.connect("reader", kept_v5());
  EXPECT_EQ(read_and_acknowledge(second), 1'000U);
}

// What came live before a SUBSCRIBE is sent again, even while an older read of the same subscriber
// stands still; what came live after it is not.
TEST(RetainedRead, of_a_second_filter_does_not_skip_what_the_first_has_seen_live) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    fill_retained(world, 100, 5'000);
    TestClient& publisher = world.connect("other");
    TestClient& reader = world.connect("reader");
    reader.stop_reading();
    Bytes raw;
    reader.send(testkit::make_subscribe(raw, "#"));
    publisher.send(make_publish("b", "1", Qos::kAtMostOnce, 0, true));
    raw.clear();
    reader.send(testkit::make_subscribe(raw, "b"));
    publisher.send(make_publish("b", "2", Qos::kAtMostOnce, 0, true));
    reader.go_on_reading();
    std::vector<std::string> values;
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      if (publish.topic.text() == "b") {
        values.push_back(text_of(publish));
      }
    }
    EXPECT_EQ(values, (std::vector<std::string>{"1", "2"}));
    unsubscribe(reader, "b");
    subscribe(reader, "b");
    EXPECT_EQ(testkit::texts_of(reader.take_publishes()), std::vector<std::string>{"2"});
  }
}

// A filter that matches next to nothing does not keep another front busy for a whole store.
TEST(RetainedRead, asks_other_fronts_for_bounded_slices_of_work) {
  FrontWorld world({.thread_count = 2});
  TestClient& publisher = world.connect("publisher");
  for (int i = 0; i < 80'000; ++i) {
    publisher.push(make_publish(std::to_string(i) + "/a", "x", Qos::kAtMostOnce, 0, true));
  }
  world.settle();
  TestClient& reader = world.connect("reader");
  const std::size_t before = world.mail_batches();
  subscribe(reader, "+/none");
  EXPECT_FALSE(reader.has_packets());
  // The route and its barrier, and at least three questions with their answers.
  EXPECT_GE(world.mail_batches() - before, 2U + 3U * 2U);
}

// E-040, P-10: a live update during the read is the last word on its topic.
TEST(RetainedRead, never_goes_back_behind_a_live_update) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto threads = static_cast<std::uint16_t>(1 + random() % 4);
    FrontWorld world({.thread_count = threads, .seed = seed});
    TestClient& publisher = world.connect("publisher", FrontWorld::plain_connect(), 0);
    std::map<std::string, int> published;
    const auto publish_one = [&] {
      const std::string topic = "a/" + std::to_string(random() % 40);
      publisher.push(
          make_publish(topic, std::to_string(++published[topic]), Qos::kAtMostOnce, 0, true));
    };
    for (int i = 0; i < 100; ++i) {
      publish_one();
    }
    world.settle();
    TestClient& reader = world.connect("reader", FrontWorld::plain_connect(), random() % threads);
    reader.reads_bytes_max = 200;
    Bytes raw;
    reader.push(testkit::make_subscribe(raw, "a/#"));
    for (int i = 0; i < 60; ++i) {
      publish_one();
      for (std::uint64_t steps = random() % 6; steps > 0 && world.step(); --steps) {
      }
    }
    world.settle();
    std::map<std::string, int> seen;
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      int& last = seen[std::string(publish.topic.text())];
      EXPECT_GE(std::stoi(text_of(publish)), last) << publish.topic.text();
      last = std::stoi(text_of(publish));
    }
    EXPECT_EQ(seen, published);
  }
}

}  // namespace
}  // namespace godwit
