// Exchanges that a lost connection has cut in two: what is sent again, in which order, and what
// the client may send again.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v311;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::WorldOptions;

// What has come, as "publish 3 dup x", "pubrel 4", in order.
std::vector<std::string> take_all(TestClient& client) {
  std::vector<std::string> seen;
  while (client.has_packets()) {
    const bool is_publish = std::holds_alternative<mqtt::Publish>(client.packets.front().packet);
    if (is_publish) {
      const auto publish = client.expect<mqtt::Publish>();
      seen.push_back("publish " + std::to_string(publish.packet_id.value()) +
                     (publish.dup ? " dup " : " ") + text_of(publish));
    } else {
      const auto ack = client.expect<mqtt::PublishAck>();
      seen.push_back((ack.type == PacketType::kPubrel ? "pubrel " : "ack ") +
                     std::to_string(ack.packet_id.value()));
    }
  }
  return seen;
}

using Seen = std::vector<std::string>;

TestClient& come_back(FrontWorld& world, const ConnectSpec& spec) {
  TestClient& client = world.connect("c", spec);
  return client;
}

void publish_numbers(TestClient& publisher, int from, int to, Qos qos) {
  for (int i = from; i <= to; ++i) {
    publisher.send(make_publish("t", std::to_string(i), qos, static_cast<std::uint16_t>(i)));
  }
}

// MQTT-4.4.0-1, MQTT-3.3.1-1, MQTT-4.3.2-3, MQTT-4.3.3-3, MQTT311-3.3.1-1, MQTT311-4.1.0-1,
// MQTT311-4.3.2-1, MQTT311-4.3.3-1, MQTT311-4.4.0-1, MQTT311-4.6.0-1.
TEST(Resume, repeats_what_was_not_acknowledged_with_its_id_and_dup) {
  for (const ConnectSpec& spec : {kept_v5(), kept_v311()}) {
    FrontWorld world;
    TestClient& publisher = world.connect("publisher");
    TestClient* client = &come_back(world, spec);
    subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
    publish_numbers(publisher, 1, 2, Qos::kAtLeastOnce);
    publish_numbers(publisher, 3, 4, Qos::kExactlyOnce);
    EXPECT_EQ(take_all(*client),
              (Seen{"publish 1 1", "publish 2 2", "publish 3 3", "publish 4 4"}));
    client->send(make_ack(PacketType::kPuback, PacketId(1)));
    // 60 s without an ack on a live connection repeat nothing.
    world.advance(std::chrono::seconds(60));
    EXPECT_FALSE(client->has_packets());
    for (int i = 0; i < 2; ++i) {
      client->drop();
      client = &come_back(world, spec);
      EXPECT_EQ(take_all(*client), (Seen{"publish 2 dup 2", "publish 3 dup 3", "publish 4 dup 4"}));
    }
  }
}

// MQTT-4.3.3-5, MQTT-4.3.3-6.
TEST(Resume, repeats_only_the_pubrel_once_that_was_sent) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  publish_numbers(publisher, 1, 1, Qos::kExactlyOnce);
  client->send(make_ack(PacketType::kPubrec, PacketId(1)));
  EXPECT_EQ(take_all(*client), (Seen{"publish 1 1", "pubrel 1"}));
  client->drop();
  client = &come_back(world, kept_v5());
  EXPECT_EQ(take_all(*client), (Seen{"pubrel 1"}));
  client->send(make_ack(PacketType::kPubcomp, PacketId(1)));
  client->drop();
  client = &come_back(world, kept_v5());
  EXPECT_EQ(take_all(*client), Seen{});
}

// E-070: 20 messages in mixed states, then what was queued meanwhile.
TEST(Resume, keeps_the_order_of_first_sending_and_puts_new_messages_last) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  for (int i = 1; i <= 20; ++i) {
    publish_numbers(publisher, i, i, i % 2 == 0 ? Qos::kExactlyOnce : Qos::kAtLeastOnce);
  }
  // Acks out of order: finishes 5, and the messages of 8, 6 and 12 are received, in this order.
  client->send(make_ack(PacketType::kPuback, PacketId(5)));
  for (const std::uint16_t id : testkit::Numbers{8, 6, 12}) {
    client->send(make_ack(PacketType::kPubrec, PacketId(id)));
  }
  client->drop();
  publish_numbers(publisher, 21, 22, Qos::kAtLeastOnce);

  client = &come_back(world, kept_v5());

  EXPECT_EQ(take_all(*client), (Seen{"publish 1 dup 1",   "publish 2 dup 2",   "publish 3 dup 3",
                                     "publish 4 dup 4",   "publish 7 dup 7",   "publish 9 dup 9",
                                     "publish 10 dup 10", "publish 11 dup 11", "publish 13 dup 13",
                                     "publish 14 dup 14", "publish 15 dup 15", "publish 16 dup 16",
                                     "publish 17 dup 17", "publish 18 dup 18", "publish 19 dup 19",
                                     "publish 20 dup 20", "pubrel 8",          "pubrel 6",
                                     "pubrel 12",         "publish 21 21",     "publish 22 22"}));
}

// E-051.
TEST(Resume, stays_within_the_receive_maximum_of_the_new_connection) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kAtLeastOnce});
  publish_numbers(publisher, 1, 10, Qos::kAtLeastOnce);
  client->drop();
  ConnectSpec narrow = kept_v5();
  narrow.receive_maximum = 3;
  client = &come_back(world, narrow);
  publish_numbers(publisher, 11, 11, Qos::kAtLeastOnce);
  EXPECT_EQ(take_all(*client), (Seen{"publish 1 dup 1", "publish 2 dup 2", "publish 3 dup 3"}));
  client->send(make_ack(PacketType::kPuback, PacketId(2)));
  EXPECT_EQ(take_all(*client), (Seen{"publish 4 dup 4"}));
  for (std::uint16_t id = 1; id <= 10; ++id) {
    client->send(make_ack(PacketType::kPuback, PacketId(id)));
  }
  const Seen rest = take_all(*client);
  ASSERT_EQ(rest.size(), 7U);
  EXPECT_EQ(rest.back(), "publish 11 11");
}

// MQTT-3.1.2-24, -25: a message in flight may be too large for the new connection. It counts as
// delivered, and its place is free.
TEST(Resume, does_not_repeat_what_is_too_large_for_the_new_connection) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    FrontWorld world;
    TestClient& publisher = world.connect("publisher");
    TestClient* client = &come_back(world, kept_v5());
    subscribe(*client, "t", {.qos = qos});
    publisher.send(make_publish("t", std::string(100, 'x'), qos, 1));
    publisher.send(make_publish("t", "small", qos, 2));
    client->drop();
    ConnectSpec narrow = kept_v5();
    narrow.maximum_packet_size = 50;
    narrow.receive_maximum = 1;
    client = &come_back(world, narrow);
    EXPECT_EQ(take_all(*client), (Seen{"publish 2 dup small"}));
    EXPECT_EQ(world.metric("godwit_messages_dropped_total", "too_large"), 1);
    client->drop();
    client = &come_back(world, kept_v5());
    EXPECT_EQ(take_all(*client), (Seen{"publish 2 dup small"}));
  }
}

// MQTT-4.3.3-7, E-075: what was sent does not expire, and says so without wrapping round.
TEST(Resume, repeats_a_message_whose_lifetime_has_ended_since) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  mqtt::Publish publish = make_publish("t", "x", Qos::kExactlyOnce, 1);
  publish.message_expiry_interval = 1;
  publisher.send(publish);
  client->drop();
  world.advance(std::chrono::seconds(3));
  client = &come_back(world, kept_v5());
  const auto again = client->expect<mqtt::Publish>();
  EXPECT_EQ(text_of(again), "x");
  EXPECT_EQ(again.message_expiry_interval, 0U);
  client->send(make_ack(PacketType::kPubrec, again.packet_id));
  EXPECT_EQ(take_all(*client), (Seen{"pubrel 1"}));
}

// MQTT-4.4.0-2.
TEST(Resume, does_not_repeat_what_the_client_has_refused) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  publish_numbers(publisher, 1, 1, Qos::kAtLeastOnce);
  publish_numbers(publisher, 2, 2, Qos::kExactlyOnce);
  client->send(make_ack(PacketType::kPuback, PacketId(1), ReasonCode::kUnspecifiedError));
  client->send(make_ack(PacketType::kPubrec, PacketId(2), ReasonCode::kQuotaExceeded));
  EXPECT_EQ(take_all(*client), (Seen{"publish 1 1", "publish 2 2"}));
  client->drop();
  client = &come_back(world, kept_v5());
  EXPECT_EQ(take_all(*client), Seen{});
}

// MQTT-4.3.3-10, E-066.
TEST(Resume, takes_a_repeated_qos_2_publish_of_the_client_for_the_same) {
  for (const bool dup : {true, false}) {
    FrontWorld world;
    TestClient& subscriber = world.connect("subscriber");
    subscribe(subscriber, "t", {.qos = Qos::kAtLeastOnce});
    TestClient* client = &come_back(world, kept_v5());
    mqtt::Publish publish = make_publish("t", "x", Qos::kExactlyOnce, 5);
    client->send(publish);
    client->drop();
    client = &come_back(world, kept_v5());
    publish.dup = dup;
    client->send(publish);
    EXPECT_EQ(client->expect<mqtt::PublishAck>().type, PacketType::kPubrec);
    EXPECT_EQ(subscriber.take_publishes().size(), 1U);
    client->drop();
    client = &come_back(world, kept_v5());
    client->send(make_ack(PacketType::kPubrel, PacketId(5)));
    EXPECT_EQ(client->expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
    client->send(publish);
    EXPECT_EQ(subscriber.take_publishes().size(), 1U);
  }
}

// The Receive Maximum counts anew on each connection: ids that wait for their PUBREL since the one
// before are not held against the client (4.9).
TEST(Resume, does_not_count_open_qos_2_ids_of_the_connection_before) {
  WorldOptions options;
  options.limits.receive_maximum = 2;
  FrontWorld world(options);
  TestClient* client = &come_back(world, kept_v5());
  client->send(make_publish("t", "1", Qos::kExactlyOnce, 1));
  client->send(make_publish("t", "2", Qos::kExactlyOnce, 2));
  client->drop();
  client = &come_back(world, kept_v5());
  client->send(make_publish("t", "3", Qos::kExactlyOnce, 3));
  client->send(make_publish("t", "4", Qos::kExactlyOnce, 4));
  EXPECT_EQ(take_all(*client), (Seen{"ack 3", "ack 4"}));
  client->send(make_publish("t", "5", Qos::kExactlyOnce, 5));
  EXPECT_EQ(client->expect<mqtt::Disconnect>().reason_code, ReasonCode::kReceiveMaximumExceeded);
}

// E-073.
TEST(Resume, keeps_one_id_in_both_directions_apart) {
  FrontWorld world;
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kExactlyOnce});
  client->send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  EXPECT_EQ(take_all(*client), (Seen{"publish 1 x", "ack 1"}));
  client->send(make_ack(PacketType::kPubrec, PacketId(1)));
  EXPECT_EQ(take_all(*client), (Seen{"pubrel 1"}));
  client->drop();
  client = &come_back(world, kept_v5());
  EXPECT_EQ(take_all(*client), (Seen{"pubrel 1"}));
  client->send(make_ack(PacketType::kPubrel, PacketId(1)));
  EXPECT_EQ(client->expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  client->send(make_ack(PacketType::kPubcomp, PacketId(1)));
  client->send(make_publish("t", "y", Qos::kExactlyOnce, 1));
  EXPECT_EQ(take_all(*client), (Seen{"publish 2 y", "ack 1"}));
}

// MQTT-3.3.2-5, -6, E-077, E-079: the copy of an absent client loses its lifetime.
TEST(Resume, leaves_out_what_has_expired_in_the_queue) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  TestClient& online = world.connect("online", ConnectSpec{});
  subscribe(online, "t", {.qos = Qos::kAtLeastOnce});
  TestClient* client = &come_back(world, kept_v5());
  subscribe(*client, "t", {.qos = Qos::kAtLeastOnce});
  client->drop();
  for (const std::uint32_t interval : {2U, 10U}) {
    mqtt::Publish publish = make_publish("t", "x", Qos::kAtLeastOnce, std::uint16_t(interval));
    publish.message_expiry_interval = interval;
    publisher.send(publish);
    EXPECT_EQ(online.expect<mqtt::Publish>().message_expiry_interval, interval);  // E-074
  }
  world.advance(std::chrono::seconds(3));
  client = &come_back(world, kept_v5());
  const auto publishes = client->take_publishes();
  ASSERT_EQ(publishes.size(), 1U);
  EXPECT_EQ(publishes[0].message_expiry_interval, 7U);
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "expired"), 1);
}

}  // namespace
}  // namespace godwit
