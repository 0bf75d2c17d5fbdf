// What outlives a connection, for how long, and what waits in it.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using std::chrono::hours;
using std::chrono::seconds;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v311;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;
using testkit::WorldOptions;

// Connects, and says whether a session was there.
bool comes_back(FrontWorld& world, std::string_view id, const ConnectSpec& spec,
                TestClient** client = nullptr) {
  TestClient& connection = world.open();
  connection.send_connect(id, spec);
  if (client != nullptr) {
    *client = &connection;
  }
  return connection.expect<mqtt::Connack>().session_present;
}

// Connects and is lost at once.
bool visits(FrontWorld& world, std::string_view id, const ConnectSpec& spec) {
  TestClient* client = nullptr;
  const bool present = comes_back(world, id, spec, &client);
  client->drop();
  return present;
}

ConnectSpec clean(ConnectSpec spec) {
  spec.clean_start = true;
  return spec;
}

mqtt::Disconnect disconnect_with_expiry(Bytes& properties, std::uint32_t interval) {
  mqtt::PropertiesWriter(properties).number(mqtt::PropertyId::kSessionExpiryInterval, interval);
  mqtt::Disconnect packet;
  packet.properties = mqtt::PropertiesView::from_checked(properties);
  return packet;
}

// MQTT-3.1.2-4 to -6, MQTT-3.2.2-2, MQTT-3.2.2-3, MQTT-3.1.4-4, MQTT311-3.1.2-4, -6,
// MQTT311-3.1.3-2, MQTT311-3.1.4-3, MQTT311-3.2.0-1, MQTT311-3.2.2-1 to -3, MQTT311-4.1.0-1.
TEST(Session, is_continued_unless_a_clean_start_is_asked_for) {
  for (const ConnectSpec& spec : {kept_v5(), kept_v311()}) {
    FrontWorld world;
    TestClient* client = nullptr;
    EXPECT_FALSE(comes_back(world, "c", spec, &client));
    subscribe(*client, "t", {.qos = Qos::kAtLeastOnce});
    client->drop();
    TestClient& publisher = world.connect("publisher");
    publisher.send(make_publish("t", "1", Qos::kAtLeastOnce, 1));

    EXPECT_TRUE(comes_back(world, "c", spec, &client));
    EXPECT_EQ(text_of(client->expect<mqtt::Publish>()), "1");
    client->drop();
    publisher.send(make_publish("t", "2", Qos::kAtLeastOnce, 2));

    EXPECT_FALSE(comes_back(world, "c", clean(spec), &client));
    publisher.send(make_publish("t", "3", Qos::kAtLeastOnce, 3));
    EXPECT_FALSE(client->has_packets());
  }
}

// MQTT-3.2.0-1.
TEST(Session, begins_each_connection_with_connack_whatever_waits) {
  FrontWorld world;
  TestClient* client = nullptr;
  comes_back(world, "c", kept_v5(), &client);
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  client->drop();
  TestClient& publisher = world.connect("publisher");
  for (std::uint16_t i = 1; i <= 20; ++i) {
    publisher.send(make_publish("t", std::to_string(i), Qos::kExactlyOnce, i));
  }
  EXPECT_TRUE(comes_back(world, "c", kept_v5(), &client));
  EXPECT_EQ(client->take_publishes().size(), 20U);
}

// E-001, E-002, E-007, MQTT-3.1.2-23.
TEST(Session, lives_as_long_as_its_expiry_interval_says) {
  FrontWorld world;
  ConnectSpec none;
  none.clean_start = false;
  visits(world, "none", none);
  EXPECT_FALSE(visits(world, "none", none));  // E-001

  visits(world, "for ever", kept_v5(UINT32_MAX));
  visits(world, "3.1.1", kept_v311());
  visits(world, "clean", clean(kept_v5(60)));
  EXPECT_TRUE(visits(world, "clean", kept_v5(60)));  // E-007
  world.advance(hours(24) * 3'650);
  EXPECT_TRUE(visits(world, "for ever", kept_v5(UINT32_MAX)));  // E-002
  EXPECT_TRUE(visits(world, "3.1.1", kept_v311()));
  EXPECT_FALSE(visits(world, "clean", kept_v5(60)));
}

// MQTT-4.1.0-2, E-006.
TEST(Session, expires_by_a_clock_that_runs_while_the_client_is_away) {
  FrontWorld world;
  const ConnectSpec spec = kept_v5(3);
  visits(world, "c", spec);
  world.advance(seconds(2));
  TestClient* client = nullptr;
  EXPECT_TRUE(comes_back(world, "c", spec, &client));
  world.advance(seconds(10));  // MQTT-4.1.0-1: not while it is connected.
  client->drop();
  world.advance(seconds(2));
  EXPECT_TRUE(visits(world, "c", spec));
  world.advance(seconds(4));
  EXPECT_EQ(world.metric("godwit_sessions"), 0);
  EXPECT_EQ(world.metric("godwit_sessions_expired_total"), 1);
  EXPECT_FALSE(visits(world, "c", spec));
}

// E-006: the newest interval counts.
TEST(Session, takes_the_expiry_interval_of_its_newest_connection) {
  FrontWorld world;
  visits(world, "c", kept_v5(60));
  EXPECT_TRUE(visits(world, "c", kept_v5(0)));
  EXPECT_FALSE(visits(world, "c", kept_v5(0)));

  visits(world, "d", kept_v5(2));
  EXPECT_TRUE(visits(world, "d", kept_v5(100)));
  world.advance(seconds(90));
  EXPECT_TRUE(visits(world, "d", kept_v5(5)));
  world.advance(seconds(6));
  EXPECT_FALSE(visits(world, "d", kept_v5(5)));
}

// E-003.
TEST(Session, expires_at_the_interval_that_was_granted) {
  WorldOptions options;
  options.limits.session_expiry_seconds_max = 60;
  FrontWorld world(options);
  for (const ConnectSpec& spec : {kept_v5(3'600), kept_v5(UINT32_MAX), kept_v311()}) {
    TestClient& client = world.open();
    client.send_connect("c", spec);
    const auto connack = client.expect<mqtt::Connack>();
    if (mqtt::is_v5(spec.version)) {
      EXPECT_EQ(connack.properties.number(mqtt::PropertyId::kSessionExpiryInterval), 60U);
    }
    client.drop();
    world.advance(seconds(59));
    EXPECT_TRUE(visits(world, "c", spec));
    world.advance(seconds(61));
    EXPECT_FALSE(visits(world, "c", clean(spec)));
    world.advance(seconds(61));
  }
}

// E-004.
TEST(Session, takes_the_expiry_interval_of_a_disconnect) {
  WorldOptions options;
  options.limits.session_expiry_seconds_max = 200;
  FrontWorld world(options);
  TestClient* client = nullptr;
  comes_back(world, "shorter", kept_v5(100), &client);
  Bytes properties;
  client->send(disconnect_with_expiry(properties, 5));
  EXPECT_TRUE(client->closed);
  EXPECT_FALSE(client->has_packets());
  comes_back(world, "at once", kept_v5(100), &client);
  properties.clear();
  client->send(disconnect_with_expiry(properties, 0));
  comes_back(world, "longer", kept_v5(100), &client);
  properties.clear();
  client->send(disconnect_with_expiry(properties, 1'000'000));
  comes_back(world, "as before", kept_v5(100), &client);
  client->send(mqtt::Disconnect{});

  EXPECT_FALSE(visits(world, "at once", kept_v5(1)));
  world.advance(seconds(6));
  EXPECT_FALSE(visits(world, "shorter", kept_v5(1)));
  world.advance(seconds(93));
  EXPECT_TRUE(visits(world, "as before", kept_v5(1)));
  world.advance(seconds(100));
  EXPECT_TRUE(visits(world, "longer", kept_v5(1)));
  world.advance(seconds(2));
  EXPECT_EQ(world.metric("godwit_sessions"), 0);
}

// E-005: it does not count as a DISCONNECT.
TEST(Session, that_ends_with_its_connection_is_not_prolonged_by_a_disconnect) {
  FrontWorld world;
  TestClient& watcher = world.connect("watcher");
  subscribe(watcher, "will");
  ConnectSpec spec;
  spec.will = testkit::WillSpec{};
  TestClient* client = nullptr;
  comes_back(world, "c", spec, &client);
  Bytes properties;
  client->send(disconnect_with_expiry(properties, 5));
  EXPECT_EQ(client->expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
  EXPECT_TRUE(client->closed);
  EXPECT_EQ(watcher.take_publishes().size(), 1U);
  EXPECT_FALSE(visits(world, "c", kept_v5()));
}

// MQTT311-3.1.2-5, MQTT311-4.5.0-1: QoS 0 is not kept.
TEST(Session, keeps_qos_1_and_2_for_an_absent_client_and_not_qos_0) {
  FrontWorld world;
  TestClient* client = nullptr;
  comes_back(world, "c", kept_v311(), &client);
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  client->drop();
  TestClient& publisher = world.connect("publisher");
  for (const int qos : {0, 1, 2}) {
    publisher.send(make_publish("t", std::to_string(qos), Qos(qos), qos == 0 ? 0 : 7));
  }
  comes_back(world, "c", kept_v311(), &client);
  EXPECT_EQ(texts_of(client->take_publishes()), (std::vector<std::string>{"1", "2"}));
}

// "drop oldest, counted".
TEST(Session, that_is_full_drops_the_oldest_and_counts) {
  WorldOptions options;
  options.limits.queue_messages_max = 3;
  FrontWorld world(options);
  TestClient* client = nullptr;
  comes_back(world, "c", kept_v5(), &client);
  subscribe(*client, "t", {.qos = Qos::kAtLeastOnce});
  client->drop();
  TestClient& publisher = world.connect("publisher");
  for (std::uint16_t i = 1; i <= 10; ++i) {
    publisher.send(make_publish("t", std::to_string(i), Qos::kAtLeastOnce, i));
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  }
  EXPECT_EQ(world.metric("godwit_queue_messages"), 3);
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "queue_full"), 7);
  comes_back(world, "c", kept_v5(), &client);
  EXPECT_EQ(texts_of(client->take_publishes()), (std::vector<std::string>{"8", "9", "10"}));
  EXPECT_EQ(world.metric("godwit_queue_bytes"), 0);
}

// E-009, MQTT311-3.1.2-7: retained messages are no part of it.
TEST(Session, takes_everything_but_retained_messages_with_it_when_it_ends) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient* client = nullptr;
  comes_back(world, "c", kept_v5(10), &client);
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  subscribe(*client, "t/#", {.qos = Qos::kExactlyOnce});
  client->send(make_publish("r", "kept", Qos::kExactlyOnce, 3, true));
  publisher.send(make_publish("t", "in flight", Qos::kExactlyOnce, 1));
  client->drop();
  publisher.send(make_publish("t", "queued", Qos::kExactlyOnce, 2));
  EXPECT_EQ(world.metric("godwit_subscriptions"), 2);

  world.advance(seconds(11));

  EXPECT_EQ(world.metric("godwit_subscriptions"), 0);
  EXPECT_EQ(world.metric("godwit_queue_bytes"), 0);
  EXPECT_EQ(world.metric("godwit_sessions"), 1);  // The publisher's.
  EXPECT_EQ(world.metric("godwit_retained_messages"), 1);
  EXPECT_FALSE(comes_back(world, "c", kept_v5(10), &client));
  EXPECT_FALSE(client->has_packets());
  // E-071: its QoS 2 ids are free again.
  client->send(testkit::make_ack(PacketType::kPubrel, mqtt::PacketId(3)));
  EXPECT_EQ(client->expect<mqtt::PublishAck>().reason_code, ReasonCode::kPacketIdentifierNotFound);
}

// E-010.
TEST(Session, carries_over_between_versions) {
  FrontWorld world;
  TestClient* client = nullptr;
  comes_back(world, "c", kept_v311(), &client);
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  client->drop();
  TestClient& publisher = world.connect("publisher");
  publisher.send(make_publish("t", "1", Qos::kExactlyOnce, 1));
  EXPECT_TRUE(comes_back(world, "c", kept_v5(), &client));
  const auto first = client->expect<mqtt::Publish>();
  EXPECT_EQ(text_of(first), "1");
  client->drop();
  EXPECT_TRUE(comes_back(world, "c", kept_v311(), &client));
  const auto again = client->expect<mqtt::Publish>();
  EXPECT_TRUE(again.dup);
  EXPECT_EQ(again.packet_id, first.packet_id);

  // E-095: 3.1 has no Session Present.
  ConnectSpec oldest = kept_v311();
  oldest.version = ProtocolVersion::k3_1;
  TestClient& old = world.open();
  old.send_connect("c", oldest);
  EXPECT_FALSE(old.expect<mqtt::Connack>().session_present);
  EXPECT_EQ(text_of(old.expect<mqtt::Publish>()), "1");
}

}  // namespace
}  // namespace godwit
