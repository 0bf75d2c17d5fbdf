// Sessions that outlive their connection.
#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PacketType;
using mqtt::PropertyId;
using mqtt::ReasonCode;

mqtt::Publish publish_of(const mqtt::Packet& packet) { return std::get<mqtt::Publish>(packet); }

// A session with ids 1 (QoS 1), 2 (QoS 2, PUBREC came), 3 (QoS 2) in flight, and no connection.
void leave_three_in_flight(Session& session) {
  session.connect();
  session.publish(kQos1, "one").value();
  session.publish(kQos2, "two").value();
  session.publish(kQos2, "three").value();
  session.receive(ack(PacketType::kPubrec, 2));
  session.sent();
  session.drop();
  session.events.take();
}

TEST(Resume, asks_for_the_session_it_has) {
  Session session(kept());
  session.begin();
  EXPECT_TRUE(session.only_sent<mqtt::Connect>().clean_start);
  session.receive(mqtt::Connack{});
  session.drop();
  session.begin();
  EXPECT_FALSE(session.only_sent<mqtt::Connect>().clean_start);
}

TEST(Resume, asks_for_none_if_the_server_kept_none) {
  Session session(kept());
  session.connect(properties({{PropertyId::kSessionExpiryInterval, 0}}));
  session.drop();
  session.begin();
  EXPECT_TRUE(session.only_sent<mqtt::Connect>().clean_start);
}

// MQTT-3.3.1-1, MQTT-4.3.3-6, MQTT-4.4.0-1, MQTT-4.6.0-1, MQTT-4.6.0-4
TEST(Resume, sends_again_what_is_unfinished_in_order_with_its_ids) {
  Session session(kept());
  leave_three_in_flight(session);
  session.connect({}, true);
  const auto packets = session.sent();
  ASSERT_EQ(packets.size(), 3U);
  EXPECT_EQ(publish_of(packets[0]).packet_id, mqtt::PacketId(1));
  EXPECT_EQ(as_text(publish_of(packets[0]).payload), "one");
  EXPECT_TRUE(publish_of(packets[0]).dup);
  EXPECT_EQ(as_text(publish_of(packets[1]).payload), "three");
  EXPECT_TRUE(publish_of(packets[1]).dup);
  const auto pubrel = std::get<mqtt::PublishAck>(packets[2]);
  EXPECT_EQ(pubrel.type, PacketType::kPubrel);
  EXPECT_EQ(pubrel.packet_id, mqtt::PacketId(2));
  EXPECT_EQ(session.events.take(), Lines{"connected, session present"});

  session.receive(ack(PacketType::kPuback, 1));
  session.receive(ack(PacketType::kPubcomp, 2));
  session.receive(ack(PacketType::kPubrec, 3));
  session.receive(ack(PacketType::kPubcomp, 3));
  EXPECT_EQ(session.events.take(),
            (Lines{"published 1 success", "published 2 success", "published 3 success"}));
  EXPECT_EQ(session.client.in_flight(), 0U);
}

TEST(Resume, sends_nothing_again_on_the_same_connection) {
  Session session(kept());
  session.connect();
  session.publish(kQos1).value();
  session.sent();
  session.advance(seconds(40));
  EXPECT_TRUE(session.sent().empty());
}

// MQTT-3.2.2-5
TEST(Resume, forgets_its_session_if_the_server_has_none) {
  Session session(kept());
  leave_three_in_flight(session);
  session.connect({}, false);
  EXPECT_EQ(session.events.take(),
            (Lines{"discarded 1", "discarded 3", "discarded 2", "connected"}));
  EXPECT_TRUE(session.sent().empty());
  EXPECT_EQ(session.client.in_flight(), 0U);
}

TEST(Resume, takes_an_old_id_for_a_new_message_if_the_server_has_no_session) {
  Session session(kept());
  session.connect();
  session.receive(from_server(kQos2, 9, "old"));
  session.drop();
  session.events.take();
  session.connect({}, false);
  session.receive(from_server(kQos2, 9, "new"));
  EXPECT_EQ(session.events.take(), (Lines{"connected", "message t new qos=2"}));
}

TEST(Resume, begins_each_connection_with_nothing_unsent_or_unanswered) {
  ClientSettings settings = kept();
  settings.limits.requests_max = 1;
  Session session(settings);
  session.connect();
  session.subscribe("a").value();
  session.publish(kQos0).value();
  session.client.disconnect();  // And the socket breaks before it takes anything.
  session.connect({}, true);
  EXPECT_TRUE(session.subscribe("a"));
  EXPECT_EQ(session.sent().size(), 1U);
}

TEST(Resume, forgets_a_session_that_is_not_kept) {
  Session session(v311());
  session.connect();
  session.publish(kQos1).value();
  session.drop();
  session.events.take();
  session.connect();
  EXPECT_EQ(session.events.take(), (Lines{"discarded 1", "connected"}));
}

TEST(Resume, keeps_a_session_of_3_1_1) {
  ClientSettings settings = v311();
  settings.client_id = "c";
  settings.clean_start = false;
  Session session(settings);
  session.connect();
  session.publish(kQos1).value();
  session.sent();
  session.drop();
  session.connect({}, true);
  EXPECT_TRUE(session.only_sent<mqtt::Publish>().dup);
}

// MQTT-4.3.3-10, over a connection that breaks.
TEST(Resume, tells_a_message_at_qos_2_once) {
  Session session(kept());
  session.connect();
  session.receive(from_server(kQos2, 9));
  session.drop();
  session.events.take();
  session.connect({}, true);
  mqtt::Publish repeat = from_server(kQos2, 9);
  repeat.dup = true;
  session.receive(repeat);
  EXPECT_EQ(session.events.take(), Lines{"connected, session present"});
  EXPECT_EQ(session.only_sent<mqtt::PublishAck>().type, PacketType::kPubrec);
}

TEST(Resume, keeps_within_a_smaller_receive_maximum) {
  Session session(kept());
  leave_three_in_flight(session);
  session.connect(properties({{PropertyId::kReceiveMaximum, 1}}), true);
  EXPECT_EQ(session.sent().size(), 1U);
  EXPECT_EQ(session.publish(kQos1).error(), RequestError::kWindowFull);
  session.receive(ack(PacketType::kPuback, 1));
  // The next message, and PUBREL, which needs no quota.
  EXPECT_EQ(session.sent().size(), 2U);
  session.receive(ack(PacketType::kPubrec, 3));
  session.receive(ack(PacketType::kPubcomp, 3));
  EXPECT_TRUE(session.publish(kQos1));
}

// MQTT-3.2.2-11, -14, -15
TEST(Resume, gives_up_what_the_server_does_not_allow_any_more) {
  Session session(kept());
  session.connect();
  session.publish(kQos1, std::string(100, 'x')).value();
  session.publish(kQos2).value();
  session.publish(kQos1, "retained", true).value();
  session.publish(kQos1).value();
  session.sent();
  session.drop();
  session.events.take();
  session.connect(properties({{PropertyId::kMaximumPacketSize, 50},
                              {PropertyId::kMaximumQos, 1},
                              {PropertyId::kRetainAvailable, 0}}),
                  true);
  EXPECT_EQ(session.only_sent<mqtt::Publish>().packet_id, mqtt::PacketId(4));
  EXPECT_EQ(session.events.take(),
            (Lines{"published 1 packet_too_large", "published 2 qos_not_supported",
                   "published 3 retain_not_supported", "connected, session present"}));
}

TEST(Resume, does_not_count_what_an_earlier_connection_left) {
  ClientSettings settings = kept();
  settings.limits.receive_maximum = 1;
  Session session(settings);
  session.connect();
  session.receive(from_server(kQos2, 1));
  session.drop();
  session.connect({}, true);
  // The server repeats PUBREL, which uses no quota, and may send another message.
  session.receive(from_server(kQos2, 2));
  session.receive(ack(PacketType::kPubrel, 1));
  EXPECT_TRUE(session.client.open());
}

}  // namespace
}  // namespace godwit::client::test
