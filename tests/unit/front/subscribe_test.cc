// SUBSCRIBE and UNSUBSCRIBE: codes, filters, options, quota.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::bytes;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::WorldOptions;

ConnectSpec of_version(ProtocolVersion version) {
  ConnectSpec spec;
  spec.version = version;
  return spec;
}

// MQTT-3.8.4-1, -2, -5 to -7, MQTT-3.9.3-1, MQTT311-2.3.1-7, MQTT311-3.8.4-1, -2, -4, -5,
// MQTT311-3.9.3-1, -2, E-097.
TEST(Subscribe, is_answered_with_one_code_a_filter_in_the_words_of_the_version) {
  const auto policy = *access::Policy::parse(
      "deny everyone subscribe secret/#\n"
      "allow everyone any #\n",
      "rules");
  FrontWorld world({.policy = policy});
  Bytes raw;
  mqtt::append_filter_request("a", {.qos = Qos::kAtMostOnce}, raw);
  mqtt::append_filter_request("secret/x", {.qos = Qos::kAtLeastOnce}, raw);
  mqtt::append_filter_request("b/#", {.qos = Qos::kExactlyOnce}, raw);
  mqtt::Subscribe packet;
  packet.packet_id = PacketId(0x1234);
  packet.requests = mqtt::FilterRequests(raw, true);

  TestClient& v5 = world.connect("v5", of_version(ProtocolVersion::k5_0));
  (void)v5.take_bytes();
  v5.send(packet);
  EXPECT_EQ(v5.take_bytes(), bytes({0x90, 6, 0x12, 0x34, 0, 0, 0x87, 2}));

  TestClient& v311 = world.connect("v311", of_version(ProtocolVersion::k3_1_1));
  (void)v311.take_bytes();
  v311.send(packet);
  EXPECT_EQ(v311.take_bytes(), bytes({0x90, 5, 0x12, 0x34, 0, 0x80, 2}));

  // 3.1 has no failure code; it is told a QoS and gets nothing.
  TestClient& v31 = world.connect("v31", of_version(ProtocolVersion::k3_1));
  (void)v31.take_bytes();
  v31.send(packet);
  EXPECT_EQ(v31.take_bytes(), bytes({0x90, 5, 0x12, 0x34, 0, 1, 2}));
  v5.send(make_publish("secret/x", "x"));
  EXPECT_TRUE(v31.take_bytes().empty());
  EXPECT_EQ(world.metric("godwit_authorization_denied_total", "subscribe"), 3);
}

// MQTT-3.10.4-4 to -6, MQTT-3.11.3-1, MQTT311-2.3.1-7, MQTT311-3.10.4-1, -2, -4, -6.
TEST(Subscribe, is_undone_by_unsubscribe_with_one_code_a_filter) {
  FrontWorld world;
  for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    TestClient& client = world.connect("c", of_version(version));
    subscribe(client, "a");
    subscribe(client, "b");
    (void)client.take_bytes();
    Bytes raw;
    for (const char* filter : {"a", "unknown", "b", "b"}) {
      mqtt::append_unsubscribe_filter(filter, raw);
    }
    mqtt::Unsubscribe packet;
    packet.packet_id = PacketId(0xFFFF);
    packet.requests = mqtt::FilterRequests(raw, false);
    client.send(packet);
    EXPECT_EQ(client.take_bytes(), mqtt::is_v5(version)
                                       ? bytes({0xB0, 7, 0xFF, 0xFF, 0, 0, 0x11, 0, 0x11})
                                       : bytes({0xB0, 2, 0xFF, 0xFF}));
    client.packets.clear();
    client.send(make_publish("a", "x"));
    EXPECT_FALSE(client.has_packets());  // MQTT-3.10.4-2
  }
}

// MQTT-3.10.4-1: as it is written.
TEST(Subscribe, is_undone_by_the_same_text_only) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  subscribe(client, "a/b");
  for (const char* filter : {"a/+", "A/b", "a/b/", "#", "a/#"}) {
    unsubscribe(client, filter);
  }
  client.send(make_publish("a/b", "x"));
  EXPECT_TRUE(client.has_packets());
}

// MQTT-3.10.4-3.
TEST(Subscribe, undone_lets_deliveries_that_have_begun_end) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient& client = world.connect("c", testkit::kept_v5());
  subscribe(client, "t", {.qos = Qos::kExactlyOnce});
  publisher.send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  const auto publish = client.expect<mqtt::Publish>();
  unsubscribe(client, "t");
  client.drop();
  TestClient& again = world.connect("c", testkit::kept_v5());
  EXPECT_EQ(again.expect<mqtt::Publish>().packet_id, publish.packet_id);
  again.send(testkit::make_ack(mqtt::PacketType::kPubrec, publish.packet_id));
  EXPECT_EQ(again.expect<mqtt::PublishAck>().type, mqtt::PacketType::kPubrel);
}

// MQTT-3.8.4-3: options included.
TEST(Subscribe, replaces_the_subscription_with_the_same_filter) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  subscribe(client, "t", {.qos = Qos::kExactlyOnce, .no_local = true});
  subscribe(client, "t", {.qos = Qos::kAtLeastOnce});
  client.send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  EXPECT_EQ(client.expect<mqtt::Publish>().qos, Qos::kAtLeastOnce);
  (void)client.expect<mqtt::PublishAck>();
  EXPECT_FALSE(client.has_packets());
  EXPECT_EQ(world.metric("godwit_subscriptions"), 1);
}

// MQTT-3.8.4-5: the later options count.
TEST(Subscribe, with_the_same_filter_twice_takes_the_later_options) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  Bytes raw;
  mqtt::append_filter_request("t", {.qos = Qos::kExactlyOnce}, raw);
  client.send(testkit::make_subscribe(raw, "t", {.qos = Qos::kAtMostOnce}));
  EXPECT_EQ(client.expect<mqtt::Suback>().reason_codes.size(), 2U);
  client.send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  EXPECT_EQ(client.expect<mqtt::Publish>().qos, Qos::kAtMostOnce);
}

// MQTT-2.2.1-6: four pipelined requests.
TEST(Subscribe, is_answered_under_its_own_packet_id) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    TestClient& client = world.connect("c", ConnectSpec{});
    for (const std::uint16_t id : testkit::Numbers{9, 3, 65'535, 1}) {
      Bytes raw;
      client.push(testkit::make_subscribe(raw, "t/" + std::to_string(id), {}, id));
    }
    world.settle();
    for (const std::uint16_t id : testkit::Numbers{9, 3, 65'535, 1}) {
      EXPECT_EQ(client.expect<mqtt::Suback>().packet_id, PacketId(id));
    }
  }
}

// E-090: the whole packet is refused, nothing is subscribed.
TEST(Subscribe, with_one_bad_filter_among_good_ones_does_nothing) {
  for (const char* bad : {"a#", "#/a", "a/#/b", "##", "a+", "+a", "a/b+/c", ""}) {
    FrontWorld world;
    TestClient& client = world.connect("c", testkit::kept_v5());
    Bytes raw;
    for (const char* filter : {"good/1", bad, "good/2"}) {
      mqtt::append_filter_request(filter, {}, raw);
    }
    mqtt::Subscribe packet;
    packet.packet_id = PacketId(1);
    packet.requests = mqtt::FilterRequests(raw, true);
    client.send(packet);
    EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kMalformedPacket) << bad;
    EXPECT_EQ(world.metric("godwit_subscriptions"), 0);
  }
}

TEST(Subscribe, is_bounded_for_each_session) {
  WorldOptions options;
  options.limits.subscriptions_max = 2;
  FrontWorld world(options);
  TestClient& client = world.connect("c", ConnectSpec{});
  EXPECT_EQ(subscribe(client, "a"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(client, "b"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(client, "c"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(subscribe(client, "b", {.qos = Qos::kAtLeastOnce}), ReasonCode::kGrantedQos1);
  unsubscribe(client, "a");
  EXPECT_EQ(subscribe(client, "c"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(world.connect("d"), "a"), ReasonCode::kSuccess);
}

TEST(Subscribe, is_bounded_for_shared_subscriptions_and_others_together) {
  WorldOptions options;
  options.limits.subscriptions_max = 2;
  FrontWorld world(options);
  TestClient& client = world.connect("c", ConnectSpec{});
  EXPECT_EQ(subscribe(client, "a"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(client, "$share/g/a"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(client, "b"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(subscribe(client, "$share/h/a"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(subscribe(client, "$share/g/a"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(client, "a"), ReasonCode::kSuccess);
  EXPECT_EQ(world.metric("godwit_subscriptions"), 2);
  unsubscribe(client, "$share/g/a");
  EXPECT_EQ(subscribe(client, "b"), ReasonCode::kSuccess);
}

// Of two sessions with the same filters each keeps its own.
TEST(Subscribe, is_undone_for_one_session_only) {
  FrontWorld world;
  TestClient& one = world.connect("one", ConnectSpec{});
  TestClient& two = world.connect("two", ConnectSpec{});
  const char* const filters[] = {"a", "b/+", "c/#"};
  for (const char* filter : filters) {
    subscribe(one, filter);
    subscribe(two, filter);
  }
  unsubscribe(one, "a");
  two.send(mqtt::Disconnect{});
  for (const char* topic : {"a", "b/x", "c"}) {
    one.send(make_publish(topic, topic));
  }
  EXPECT_EQ(text_of(one.expect<mqtt::Publish>()), "b/x");
  EXPECT_EQ(text_of(one.expect<mqtt::Publish>()), "c");
  EXPECT_EQ(world.metric("godwit_subscriptions"), 2);
}

// MQTT-4.7.2-1, MQTT311-3.8.3-2, MQTT311-4.7.2-1, E-088, E-089.
TEST(Subscribe, with_a_leading_wildcard_does_not_see_topics_that_begin_with_dollar) {
  FrontWorld world;
  TestClient& all = world.connect("all");
  TestClient& system = world.connect("system");
  subscribe(all, "#");
  subscribe(all, "+/x");
  subscribe(system, "$SYS/#");
  world.publish_internal("$SYS/x", "1");
  EXPECT_EQ(text_of(system.expect<mqtt::Publish>()), "1");
  EXPECT_FALSE(all.has_packets());
  TestClient& late = world.connect("late");
  subscribe(late, "$SYS/+");
  EXPECT_EQ(text_of(late.expect<mqtt::Publish>()), "1");

  // Nobody but the broker publishes there.
  TestClient& v5 = world.connect("v5", ConnectSpec{});
  for (const char* topic : {"$SYS", "$SYS/x"}) {
    v5.send(make_publish(topic, "forged", Qos::kAtLeastOnce, 1, true));
    EXPECT_EQ(v5.expect<mqtt::PublishAck>().reason_code, ReasonCode::kNotAuthorized);
    all.send(make_publish(topic, "forged", Qos::kExactlyOnce, 1, true));
    EXPECT_EQ(all.expect<mqtt::PublishAck>().type, mqtt::PacketType::kPubrec);
  }
  EXPECT_FALSE(system.has_packets());
  v5.send(make_publish("$other/x", "1", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(v5.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
}

// MQTT-3.8.4-4: no gap while a subscription is replaced again and again.
TEST(Subscribe, again_loses_no_live_message) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FrontWorld world({.thread_count = static_cast<std::uint16_t>(1 + seed % 3), .seed = seed});
    TestClient& client = world.connect("c", ConnectSpec{});
    TestClient& publisher = world.connect("publisher", ConnectSpec{}, world.thread_count() - 1);
    subscribe(client, "t", {.qos = Qos::kAtMostOnce});
    std::vector<std::string> published;
    for (int i = 0; i < 50; ++i) {
      Bytes raw;
      client.push(testkit::make_subscribe(raw, "t", {.qos = Qos(i % 3)}));
      published.push_back(std::to_string(i));
      publisher.push(make_publish("t", published.back()));
      world.step();
    }
    world.settle();
    EXPECT_EQ(testkit::texts_of(client.take_publishes()), published);
  }
}

}  // namespace
}  // namespace godwit
