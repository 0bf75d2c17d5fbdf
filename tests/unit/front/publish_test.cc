// PUBLISH from one client to others: QoS, packet ids, options, and order.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;

mqtt::PublishAck ack(PacketType type, mqtt::PacketId id) { return {.type = type, .packet_id = id}; }

// MQTT311-3.3.2-3, MQTT311-3.3.4-1, MQTT311-3.8.3-2.
TEST(Publish, reaches_a_subscriber_at_qos_0) {
  FrontWorld world;
  TestClient& subscriber = world.connect("subscriber");
  TestClient& publisher = world.connect("publisher");
  subscribe(subscriber, "a/+");

  publisher.send(make_publish("a/b", "hello"));

  const auto publish = subscriber.expect<mqtt::Publish>();
  EXPECT_EQ(publish.topic.text(), "a/b");
  EXPECT_EQ(text_of(publish), "hello");
  EXPECT_FALSE(publisher.has_packets());  // MQTT-3.3.4-1
}

// MQTT-3.8.4-8, MQTT311-3.3.1-2, MQTT311-3.8.4-6, MQTT311-4.3.1-1: the lower of published and
// granted, all nine combinations.
TEST(Publish, is_delivered_at_the_lower_of_published_and_granted_qos) {
  for (const int published : {0, 1, 2}) {
    for (const int granted : {0, 1, 2}) {
      FrontWorld world;
      TestClient& subscriber = world.connect("subscriber");
      TestClient& publisher = world.connect("publisher");
      subscribe(subscriber, "t", {.qos = Qos(granted)});

      publisher.send(make_publish("t", "x", Qos(published), published == 0 ? 0 : 7));

      const auto publish = subscriber.expect<mqtt::Publish>();
      EXPECT_EQ(publish.qos, Qos(std::min(published, granted)));
      EXPECT_FALSE(publish.dup);  // MQTT-3.3.1-3
    }
  }
}

// MQTT-4.3.2-4, MQTT-4.3.3-8, MQTT-4.3.3-11, MQTT311-2.3.1-6, MQTT311-4.3.3-2.
TEST(Publish, is_acknowledged_by_its_qos) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");

  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 65535));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().packet_id, mqtt::PacketId(65535));

  publisher.send(make_publish("t", "x", Qos::kExactlyOnce, 256));
  const auto pubrec = publisher.expect<mqtt::PublishAck>();
  EXPECT_EQ(pubrec.type, PacketType::kPubrec);
  publisher.send(ack(PacketType::kPubrel, pubrec.packet_id));
  const auto pubcomp = publisher.expect<mqtt::PublishAck>();
  EXPECT_EQ(pubcomp.type, PacketType::kPubcomp);
  EXPECT_EQ(pubcomp.packet_id, mqtt::PacketId(256));
}

// MQTT-4.3.3-10, MQTT-4.3.3-12, MQTT311-4.3.3-2, E-067. MQTT311-2.3.1-2: other content under a busy
// id is no new message.
TEST(Publish, at_qos_2_is_delivered_once_however_often_it_is_repeated) {
  FrontWorld world;
  TestClient& subscriber = world.connect("subscriber");
  TestClient& publisher = world.connect("publisher");
  subscribe(subscriber, "t", {.qos = Qos::kExactlyOnce});

  mqtt::Publish publish = make_publish("t", "x", Qos::kExactlyOnce, 9);
  publisher.send(publish);
  publish.dup = true;
  publisher.send(publish);
  publish.payload = as_bytes("other");
  publisher.send(publish);
  EXPECT_EQ(subscriber.take_publishes().size(), 1U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().type, PacketType::kPubrec);
  }

  publisher.send(ack(PacketType::kPubrel, mqtt::PacketId(9)));
  publisher.send(make_publish("t", "new", Qos::kExactlyOnce, 9));
  EXPECT_EQ(text_of(subscriber.take_publishes().at(0)), "new");
}

// MQTT-3.3.4-2, MQTT311-3.3.5-1, E-064: one copy at the highest QoS.
TEST(Publish, to_overlapping_subscriptions_comes_once_at_the_highest_qos) {
  FrontWorld world;
  TestClient& client = world.connect("client");
  subscribe(client, "a/#", {.qos = Qos::kAtMostOnce});
  subscribe(client, "a/b", {.qos = Qos::kExactlyOnce});
  subscribe(client, "+/b", {.qos = Qos::kAtLeastOnce});

  client.send(make_publish("a/b", "x", Qos::kExactlyOnce, 1));

  EXPECT_EQ(client.expect<mqtt::Publish>().qos, Qos::kExactlyOnce);
  EXPECT_EQ(client.expect<mqtt::PublishAck>().type, PacketType::kPubrec);
  EXPECT_FALSE(client.has_packets());
}

// MQTT-3.8.3-3.
TEST(Publish, with_no_local_does_not_come_back_to_its_publisher) {
  FrontWorld world;
  TestClient& self = world.connect("self", FrontWorld::v5_connect());
  TestClient& other = world.connect("other", FrontWorld::v5_connect());
  subscribe(self, "t", {.no_local = true});
  subscribe(other, "t", {.no_local = true});

  self.send(make_publish("t", "x"));

  EXPECT_FALSE(self.has_packets());
  EXPECT_EQ(text_of(other.expect<mqtt::Publish>()), "x");
}

// MQTT-4.9.0-2, MQTT-3.3.4-9: three until an ack comes, then one for each.
TEST(Publish, stays_within_the_receive_maximum_of_its_receiver) {
  FrontWorld world;
  mqtt::Connect connect = FrontWorld::v5_connect();
  Bytes properties;
  mqtt::PropertiesWriter(properties).number(mqtt::PropertyId::kReceiveMaximum, 3);
  connect.properties = mqtt::PropertiesView::from_checked(properties);
  TestClient& subscriber = world.connect("subscriber", connect);
  TestClient& publisher = world.connect("publisher");
  subscribe(subscriber, "t", {.qos = Qos::kAtLeastOnce});

  for (std::uint16_t i = 1; i <= 10; ++i) {
    publisher.send(make_publish("t", std::to_string(i), Qos::kAtLeastOnce, i));
  }

  std::vector<mqtt::Publish> publishes = subscriber.take_publishes();
  ASSERT_EQ(publishes.size(), 3U);
  std::vector<std::string> order;
  for (std::size_t i = 0; i < publishes.size(); ++i) {
    order.push_back(text_of(publishes[i]));
    subscriber.send(ack(PacketType::kPuback, publishes[i].packet_id));
    for (const auto& more : subscriber.take_publishes()) {
      publishes.push_back(more);
    }
  }
  EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}));
}

// MQTT-3.1.2-24, -25: too large for this receiver; nothing of it stays in flight.
TEST(Publish, over_the_maximum_packet_size_of_a_receiver_is_left_out_for_it_alone) {
  FrontWorld world;
  mqtt::Connect connect = FrontWorld::v5_connect();
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(mqtt::PropertyId::kMaximumPacketSize, 100);
  writer.number(mqtt::PropertyId::kReceiveMaximum, 1);
  connect.properties = mqtt::PropertiesView::from_checked(properties);
  TestClient& small = world.connect("small", connect);
  TestClient& large = world.connect("large");
  TestClient& publisher = world.connect("publisher");
  subscribe(small, "t", {.qos = Qos::kAtLeastOnce});
  subscribe(large, "t", {.qos = Qos::kAtLeastOnce});

  // 2 header, 2 + 1 topic, 2 id, 1 property length: 92 bytes of payload make 100.
  publisher.send(make_publish("t", std::string(93, 'x'), Qos::kAtLeastOnce, 1));
  publisher.send(make_publish("t", std::string(92, 'y'), Qos::kAtLeastOnce, 2));

  const auto publishes = small.take_publishes();
  ASSERT_EQ(publishes.size(), 1U);
  EXPECT_EQ(publishes[0].payload.size(), 92U);
  EXPECT_EQ(large.take_publishes().size(), 2U);
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "too_large"), 1);
}

TEST(Publish, between_versions_drops_properties_on_the_way_to_3_1_1) {
  FrontWorld world;
  TestClient& old = world.connect("old");
  TestClient& young = world.connect("young", FrontWorld::v5_connect());
  subscribe(old, "t");
  subscribe(young, "t");
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.pair("a", "1");
  writer.pair("b", "2");
  writer.pair("a", "3");
  mqtt::Publish publish = make_publish("t", "x");
  publish.properties = mqtt::PropertiesView::from_checked(properties);

  young.send(publish);

  EXPECT_EQ(text_of(old.expect<mqtt::Publish>()), "x");  // E-116
  // MQTT-3.3.2-17, -18.
  EXPECT_EQ(young.expect<mqtt::Publish>().properties, publish.properties);
}

// MQTT311-4.5.0-1.
TEST(Publish, with_a_long_payload_reaches_several_receivers_whole) {
  FrontWorld world;
  std::vector<TestClient*> receivers;
  for (const char* id : {"a", "b", "c"}) {
    receivers.push_back(&world.connect(id));
    subscribe(*receivers.back(), "t", {.qos = Qos::kAtLeastOnce});
  }
  TestClient& publisher = world.connect("publisher", FrontWorld::v5_connect());
  std::string payload(1'000'000, ' ');
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(i * 31 % 251);
  }

  publisher.send(make_publish("t", payload, Qos::kAtLeastOnce, 5));

  for (TestClient* receiver : receivers) {
    const auto publish = receiver->expect<mqtt::Publish>();
    EXPECT_EQ(text_of(publish), payload);
    EXPECT_EQ(publish.packet_id, mqtt::PacketId(1));
  }
  EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
}

}  // namespace
}  // namespace godwit
