// Messages from the server to us.
#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PacketType;
using mqtt::ReasonCode;

mqtt::PublishAck sent_ack(const mqtt::Packet& packet) { return std::get<mqtt::PublishAck>(packet); }

// MQTT-3.3.4-1
TEST(Receive, at_qos_0_is_not_answered) {
  Session session;
  session.connect();
  session.receive(from_server(kQos0, 0));
  EXPECT_EQ(session.events.take(), (Lines{"connected", "message t hello qos=0"}));
  EXPECT_TRUE(session.sent().empty());
}

// MQTT-4.3.2-4, -5; MQTT-4.6.0-2
TEST(Receive, at_qos_1_is_acknowledged_in_order_of_receipt) {
  Session session;
  session.connect();
  session.receive(from_server(kQos1, 7, "a"));
  session.receive(from_server(kQos1, 3, "b"));
  session.receive(from_server(kQos1, 7, "c"));
  EXPECT_EQ(session.events.take(),
            (Lines{"connected", "message t a qos=1", "message t b qos=1", "message t c qos=1"}));
  const auto packets = session.sent();
  ASSERT_EQ(packets.size(), 3U);
  EXPECT_EQ(sent_ack(packets[0]).type, PacketType::kPuback);
  EXPECT_EQ(sent_ack(packets[0]).packet_id, mqtt::PacketId(7));
  EXPECT_EQ(sent_ack(packets[1]).packet_id, mqtt::PacketId(3));
}

// MQTT-4.3.3-8, -10, -11, -12; MQTT-4.6.0-3
TEST(Receive, at_qos_2_is_told_once) {
  Session session;
  session.connect();
  session.receive(from_server(kQos2, 7, "a"));
  mqtt::Publish repeat = from_server(kQos2, 7, "a");
  repeat.dup = true;
  session.receive(repeat);
  auto packets = session.sent();
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(sent_ack(packets[0]).type, PacketType::kPubrec);
  EXPECT_EQ(sent_ack(packets[1]).type, PacketType::kPubrec);
  EXPECT_EQ(session.events.take(), (Lines{"connected", "message t a qos=2"}));

  session.receive(ack(PacketType::kPubrel, 7));
  const auto pubcomp = session.only_sent<mqtt::PublishAck>();
  EXPECT_EQ(pubcomp.type, PacketType::kPubcomp);
  EXPECT_EQ(pubcomp.reason_code, ReasonCode::kSuccess);
  session.receive(from_server(kQos2, 7, "b"));
  EXPECT_EQ(session.events.take(), Lines{"message t b qos=2"});
}

TEST(Receive, answers_a_release_of_nothing) {
  for (const ClientSettings& settings : {ClientSettings{}, v311()}) {
    Session session(settings);
    session.connect();
    session.receive(ack(PacketType::kPubrel, 7));
    const auto pubcomp = session.only_sent<mqtt::PublishAck>();
    EXPECT_EQ(pubcomp.type, PacketType::kPubcomp);
    EXPECT_EQ(pubcomp.reason_code, mqtt::is_v5(settings.version)
                                       ? ReasonCode::kPacketIdentifierNotFound
                                       : ReasonCode::kSuccess);
  }
}

TEST(Receive, ends_the_connection_over_our_receive_maximum) {
  ClientSettings settings;
  settings.limits.receive_maximum = 2;
  Session session(settings);
  session.connect();
  session.receive(from_server(kQos2, 1));
  session.receive(from_server(kQos2, 2));
  session.receive(ack(PacketType::kPubrel, 1));
  session.receive(from_server(kQos2, 3));
  session.sent();
  EXPECT_TRUE(session.client.open());
  session.receive(from_server(kQos2, 4));
  EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kReceiveMaximumExceeded);
}

TEST(Receive, allows_no_topic_alias) {
  Session session;
  session.connect();
  mqtt::Publish packet = from_server(kQos0, 0);
  packet.topic_alias = 1;
  session.receive(packet);
  EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kTopicAliasInvalid);
}

TEST(Receive, handler_may_answer_and_end_the_connection) {
  Session session;
  session.connect();
  session.events.on_message = [&](const mqtt::Publish& message) {
    if (as_text(message.payload) == "last") {
      session.client.disconnect();
    } else {
      EXPECT_TRUE(session.publish(kQos0, "answer"));
    }
  };
  Bytes bytes;
  mqtt::encode(from_server(kQos1, 1, "first"), session.version, bytes);
  mqtt::encode(from_server(kQos2, 2, "last"), session.version, bytes);
  mqtt::encode(from_server(kQos1, 3, "too late"), session.version, bytes);
  session.receive_raw(bytes);
  EXPECT_EQ(session.events.take(),
            (Lines{"connected", "message t first qos=1", "message t last qos=2"}));
  // Acknowledged before what the handler does, so that nothing comes again.
  const auto packets = session.sent();
  ASSERT_EQ(packets.size(), 4U);
  EXPECT_EQ(sent_ack(packets[0]).type, PacketType::kPuback);
  EXPECT_TRUE(std::holds_alternative<mqtt::Publish>(packets[1]));
  EXPECT_EQ(sent_ack(packets[2]).type, PacketType::kPubrec);
  EXPECT_TRUE(std::holds_alternative<mqtt::Disconnect>(packets[3]));
}

TEST(Receive, takes_packets_however_they_are_cut) {
  Session session;
  session.connect();
  session.events.take();
  Bytes bytes;
  for (std::uint16_t id = 1; id < 4; ++id) {
    mqtt::encode(from_server(kQos1, id), session.version, bytes);
  }
  for (const std::byte& byte : bytes) {
    session.receive_raw({&byte, 1});
  }
  EXPECT_EQ(session.events.take(), Lines(3, "message t hello qos=1"));
}

}  // namespace
}  // namespace godwit::client::test
