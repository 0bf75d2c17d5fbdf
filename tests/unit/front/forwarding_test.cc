// What a subscriber gets of a message, and what the exchange around it looks like:
// sections 3.3, 4.3 and 4.5.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::PropertyId;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::subscribe;
using testkit::TestClient;
using testkit::text_of;

constexpr Qos kEveryQos[] = {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce};

std::uint16_t id_for(Qos qos, std::uint16_t id) {
  return qos == Qos::kAtMostOnce ? std::uint16_t{0} : id;
}

// Between threads the packet goes over as it came, so each version meets the layout of each.
TEST(Forwarding, reaches_other_threads_from_all_versions_in_all_versions) {
  using mqtt::ProtocolVersion;
  for (const ProtocolVersion from : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    for (const ProtocolVersion to : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
      FrontWorld world({.thread_count = 2});
      TestClient& subscriber = world.connect("s", ConnectSpec{.version = to}, 0);
      TestClient& publisher = world.connect("p", ConnectSpec{.version = from}, 1);
      subscribe(subscriber, "t/#", {.qos = Qos::kExactlyOnce});
      std::uint16_t id = 300;
      for (const Qos qos : kEveryQos) {
        for (const std::size_t size : testkit::Numbers{0, 1, 200, 20'000}) {
          const std::string payload(size, 'x');
          mqtt::Publish publish = make_publish("t/1", payload, qos, id_for(qos, ++id));
          if (from == ProtocolVersion::k5_0 && size == 200) {
            publish.message_expiry_interval = 60;
          }
          publisher.send(publish);
          const auto got = subscriber.expect<mqtt::Publish>();
          EXPECT_EQ(got.topic.text(), "t/1");
          EXPECT_EQ(text_of(got), payload);
          EXPECT_EQ(got.qos, qos);
          EXPECT_EQ(got.message_expiry_interval.has_value(),
                    publish.message_expiry_interval && to == ProtocolVersion::k5_0);
        }
      }
    }
  }
}

// MQTT-3.3.2-4, -15, -16, -20, MQTT-3.3.2-17, -18: all that the publisher said about it, in its
// order, live and retained, to this thread and to others.
TEST(Forwarding, passes_on_the_properties_of_a_message) {
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(PropertyId::kPayloadFormatIndicator, 1);
  writer.text(PropertyId::kContentType, "text/plain");
  writer.text(PropertyId::kResponseTopic, "answers/here");
  writer.text(PropertyId::kCorrelationData, std::string_view("\0\1\2", 3));
  writer.pair("b", "1");
  writer.pair("a", "2");
  writer.pair("b", "1");
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    for (const Qos qos : kEveryQos) {
      FrontWorld world({.thread_count = threads});
      TestClient& live = world.connect("live", ConnectSpec{}, threads - 1U);
      subscribe(live, "t", {.qos = Qos::kExactlyOnce});
      TestClient& publisher = world.connect("p", ConnectSpec{});
      mqtt::Publish publish = make_publish("t", "x", qos, id_for(qos, 1), true);
      publish.properties = mqtt::PropertiesView::from_checked(properties);
      publisher.send(publish);
      TestClient& late = world.connect("late", ConnectSpec{}, threads / 2U);
      subscribe(late, "t");
      for (TestClient* client : {&live, &late}) {
        const auto received = client->expect<mqtt::Publish>();
        EXPECT_EQ(received.properties, publish.properties);
        EXPECT_EQ(text_of(received), "x");
      }
    }
  }
}

// MQTT-3.3.2-3, MQTT-4.5.0-1: to everybody whose filter matches, connected or not, and nobody else.
TEST(Forwarding, reaches_every_session_that_matches_and_no_other) {
  FrontWorld world({.thread_count = 2});
  struct Row {
    const char* filter;
    bool matches;
  };
  const Row rows[] = {{"a/b", true}, {"a/+", true},    {"#", true},  {"+/b/#", true},
                      {"a", false},  {"a/b/c", false}, {"+", false}, {"/a/b", false}};
  for (const Row& row : rows) {
    TestClient& client = world.connect(row.filter, kept_v5(), row.matches ? 0 : 1);
    subscribe(client, row.filter, {.qos = Qos::kAtLeastOnce});
    TestClient& away = world.connect(std::string("away ") + row.filter, kept_v5());
    subscribe(away, row.filter, {.qos = Qos::kAtLeastOnce});
    away.drop();
  }
  world.connect("p").send(make_publish("a/b", "x", Qos::kAtLeastOnce, 1));
  for (const Row& row : rows) {
    for (const std::string prefix : {"", "away "}) {
      TestClient& back = world.open();
      back.send_connect(prefix + row.filter, kept_v5());
      const auto publishes = back.take_publishes();
      ASSERT_EQ(publishes.size(), row.matches ? 1U : 0U) << prefix << row.filter;
      if (row.matches) {
        EXPECT_EQ(publishes[0].topic.text(), "a/b");
      }
    }
  }
}

// MQTT-4.3.1-1, MQTT-4.3.2-2, MQTT-4.3.3-2: whatever DUP said on its way in.
TEST(Forwarding, begins_without_dup) {
  for (const Qos qos : kEveryQos) {
    FrontWorld world;
    TestClient& subscriber = world.connect("s", ConnectSpec{});
    subscribe(subscriber, "t", {.qos = Qos::kExactlyOnce});
    mqtt::Publish publish = make_publish("t", "x", qos, id_for(qos, 9));
    publish.dup = qos != Qos::kAtMostOnce;
    world.connect("p", ConnectSpec{}).send(publish);
    const auto received = subscriber.expect<mqtt::Publish>();
    EXPECT_EQ(received.qos, qos);
    EXPECT_FALSE(received.dup);
    EXPECT_EQ(received.packet_id == mqtt::kNoPacketId, qos == Qos::kAtMostOnce);
  }
}

// MQTT-4.3.2-5, MQTT311-4.3.2-2, E-100: after its PUBACK an id is free, whatever DUP says; a repeat
// before it is answered again.
TEST(Forwarding, takes_a_used_qos_1_id_for_a_new_message) {
  FrontWorld world;
  TestClient& subscriber = world.connect("s");
  subscribe(subscriber, "t", {.qos = Qos::kAtLeastOnce});
  TestClient& publisher = world.connect("p");
  for (const bool dup : {false, true, true}) {
    mqtt::Publish publish = make_publish("t", dup ? "again" : "first", Qos::kAtLeastOnce, 5);
    publish.dup = dup;
    publisher.send(publish);
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().packet_id, PacketId(5));
  }
  EXPECT_EQ(subscriber.take_publishes().size(), 3U);
}

// E-072, E-100, MQTT-4.3.3-10: at PUBLISH, and never twice.
TEST(Forwarding, of_qos_2_happens_at_publish_and_once) {
  FrontWorld world;
  TestClient& subscriber = world.connect("s");
  subscribe(subscriber, "t", {.qos = Qos::kExactlyOnce});
  TestClient& publisher = world.connect("p");
  mqtt::Publish publish = make_publish("t", "x", Qos::kExactlyOnce, 5);
  publisher.send(publish);
  EXPECT_EQ(subscriber.take_publishes().size(), 1U);
  publish.dup = true;
  for (int repeat = 0; repeat < 2; ++repeat) {
    publisher.send(publish);
  }
  for (int answer = 0; answer < 3; ++answer) {
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().type, PacketType::kPubrec);
  }
  for (int release = 0; release < 2; ++release) {
    publisher.send(make_ack(PacketType::kPubrel, PacketId(5)));
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().type, PacketType::kPubcomp);
  }
  EXPECT_FALSE(subscriber.has_packets());
  publish.dup = false;
  publisher.send(publish);
  EXPECT_EQ(subscriber.take_publishes().size(), 1U);
}

// MQTT-4.3.3-4, -13: also when the message has expired meanwhile.
TEST(Forwarding, completes_a_qos_2_exchange) {
  FrontWorld world;
  ConnectSpec spec = kept_v5();
  TestClient& first = world.connect("s", spec);
  subscribe(first, "t", {.qos = Qos::kExactlyOnce});
  mqtt::Publish publish = make_publish("t", "x", Qos::kExactlyOnce, 1);
  publish.message_expiry_interval = 2;
  world.connect("p", ConnectSpec{}).send(publish);
  const PacketId id = first.expect<mqtt::Publish>().packet_id;
  world.advance(std::chrono::seconds(5));
  first.send(make_ack(PacketType::kPubrec, id));
  const auto pubrel = first.expect<mqtt::PublishAck>();
  EXPECT_EQ(pubrel.type, PacketType::kPubrel);
  EXPECT_EQ(pubrel.packet_id, id);
  first.drop();
  TestClient& second = world.open();
  second.send_connect("s", spec);
  (void)second.expect<mqtt::Connack>();
  const auto repeated = second.expect<mqtt::PublishAck>();
  EXPECT_EQ(repeated.type, PacketType::kPubrel);
  EXPECT_EQ(repeated.packet_id, id);
  second.send(make_ack(PacketType::kPubcomp, id));
  EXPECT_TRUE(second.open() && !second.has_packets());
}

// E-056, E-057: exactly the limit is sent; what is over it is dropped for this one only.
TEST(Forwarding, measures_the_whole_packet_of_each_receiver) {
  for (const Qos qos : kEveryQos) {
    FrontWorld world;
    ConnectSpec spec = kept_v5();
    spec.maximum_packet_size = 100;
    TestClient& narrow = world.connect("narrow", spec);
    TestClient& wide = world.connect("wide", ConnectSpec{});
    subscribe(narrow, "topic", {.qos = Qos::kExactlyOnce});
    subscribe(wide, "topic", {.qos = Qos::kExactlyOnce});
    TestClient& publisher = world.connect("p", ConnectSpec{});
    // 2 header, 2 + 5 topic, 1 property length, 2 id.
    const std::size_t head = qos == Qos::kAtMostOnce ? 10 : 12;
    publisher.send(make_publish("topic", std::string(100 - head, 'x'), qos, id_for(qos, 1)));
    publisher.send(make_publish("topic", std::string(101 - head, 'x'), qos, id_for(qos, 2)));
    EXPECT_EQ(narrow.take_publishes().size(), 1U);
    EXPECT_EQ(wide.take_publishes().size(), 2U);
    EXPECT_EQ(publisher.packets.size(), qos == Qos::kAtMostOnce ? 0U : 2U);
    EXPECT_TRUE(narrow.open());
    EXPECT_EQ(world.metric("godwit_messages_dropped_total", "too_large"), 1);
    EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
    // Nothing of it is left in flight: only the first one is repeated.
    narrow.drop();
    TestClient& back = world.open();
    back.send_connect("narrow", spec);
    EXPECT_EQ(back.take_publishes().size(), qos == Qos::kAtMostOnce ? 0U : 1U);
  }
}

// E-065: one's own message through the subscription without No Local only.
TEST(Forwarding, of_ones_own_message_leaves_out_subscriptions_with_no_local) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  const auto subscribe_as = [&](const char* filter, std::uint32_t identifier,
                                mqtt::SubscriptionOptions options) {
    Bytes properties;
    mqtt::PropertiesWriter(properties).number(PropertyId::kSubscriptionIdentifier, identifier);
    Bytes raw;
    mqtt::Subscribe packet = testkit::make_subscribe(raw, filter, options);
    packet.properties = mqtt::PropertiesView::from_checked(properties);
    client.send(packet);
    (void)client.expect<mqtt::Suback>();
  };
  subscribe_as("t", 1, {.qos = Qos::kExactlyOnce, .no_local = true});
  subscribe_as("+", 2, {.qos = Qos::kAtMostOnce});
  client.send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  const auto received = client.find<mqtt::Publish>();
  EXPECT_EQ(received.qos, Qos::kAtMostOnce);
  Bytes expected;
  mqtt::PropertiesWriter(expected).number(PropertyId::kSubscriptionIdentifier, 2);
  EXPECT_EQ(received.properties, mqtt::PropertiesView::from_checked(expected));
  EXPECT_TRUE(client.take_publishes().empty());
}

// E-085: nobody is there; 0x10 would be allowed too.
TEST(Forwarding, to_nobody_is_a_success) {
  FrontWorld world;
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
}

}  // namespace
}  // namespace godwit
