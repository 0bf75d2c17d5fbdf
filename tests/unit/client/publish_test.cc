// Messages from us to the server.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PacketType;
using mqtt::PropertyId;
using mqtt::ReasonCode;

// MQTT-4.3.1-1, MQTT-3.3.1-2, MQTT-2.2.1-2
TEST(Publish, at_qos_0_is_sent_once_and_has_no_answer) {
  Session session;
  session.connect();
  EXPECT_EQ(session.publish(kQos0, "hello", true).value(), mqtt::kNoPacketId);
  const auto packet = session.only_sent<mqtt::Publish>();
  EXPECT_EQ(packet.topic.text(), "t");
  EXPECT_EQ(as_text(packet.payload), "hello");
  EXPECT_EQ(packet.qos, kQos0);
  EXPECT_TRUE(packet.retain);
  EXPECT_FALSE(packet.dup);
  EXPECT_EQ(session.client.in_flight(), 0U);
}

// MQTT-4.3.2-1, -2, -3
TEST(Publish, at_qos_1_is_finished_by_puback) {
  Session session;
  session.connect();
  const mqtt::PacketId id = session.publish(kQos1).value();
  const auto packet = session.only_sent<mqtt::Publish>();
  EXPECT_EQ(packet.packet_id, id);
  EXPECT_EQ(packet.qos, kQos1);
  EXPECT_FALSE(packet.dup);
  EXPECT_EQ(session.client.in_flight(), 1U);
  session.receive(ack(PacketType::kPuback, id.value(), ReasonCode::kNoMatchingSubscribers));
  EXPECT_EQ(session.events.take(), (Lines{"connected", "published 1 no_matching_subscribers"}));
  EXPECT_EQ(session.client.in_flight(), 0U);
}

// MQTT-4.3.3-1 to -6
TEST(Publish, at_qos_2_is_finished_by_pubcomp) {
  Session session;
  session.connect();
  const mqtt::PacketId id = session.publish(kQos2).value();
  EXPECT_EQ(session.only_sent<mqtt::Publish>().qos, kQos2);
  for (int repeat = 0; repeat < 2; ++repeat) {
    session.receive(ack(PacketType::kPubrec, id.value()));
    const auto pubrel = session.only_sent<mqtt::PublishAck>();
    EXPECT_EQ(pubrel.type, PacketType::kPubrel);
    EXPECT_EQ(pubrel.packet_id, id);
  }
  EXPECT_EQ(session.events.take(), Lines{"connected"});
  session.receive(ack(PacketType::kPubcomp, id.value()));
  EXPECT_EQ(session.events.take(), Lines{"published 1 success"});
}

// MQTT-4.4.0-2
TEST(Publish, is_finished_by_a_refusal) {
  Session session;
  session.connect();
  session.publish(kQos1).value();
  session.publish(kQos2).value();
  session.sent();
  session.receive(ack(PacketType::kPuback, 1, ReasonCode::kNotAuthorized));
  session.receive(ack(PacketType::kPubrec, 2, ReasonCode::kQuotaExceeded));
  EXPECT_EQ(session.events.take(),
            (Lines{"connected", "published 1 not_authorized", "published 2 quota_exceeded"}));
  EXPECT_TRUE(session.sent().empty());
  EXPECT_EQ(session.client.in_flight(), 0U);
}

// MQTT-3.3.4-7, -8; MQTT-4.9.0-1, -2, -3
TEST(Publish, keeps_within_receive_maximum_and_sends_other_packets) {
  Session session;
  session.connect(properties({{PropertyId::kReceiveMaximum, 2}}));
  session.publish(kQos1).value();
  session.publish(kQos2).value();
  EXPECT_EQ(session.publish(kQos1).error(), RequestError::kWindowFull);
  session.publish(kQos0).value();
  session.subscribe("#").value();
  EXPECT_EQ(session.sent().size(), 4U);
  // PUBREC gives no quota back, PUBCOMP does.
  session.receive(ack(PacketType::kPubrec, 2));
  EXPECT_EQ(session.publish(kQos1).error(), RequestError::kWindowFull);
  session.receive(ack(PacketType::kPubcomp, 2));
  EXPECT_TRUE(session.publish(kQos1));
}

TEST(Publish, keeps_within_our_own_limit) {
  ClientSettings settings = v311();
  settings.limits.in_flight_max = 1;
  Session session(settings);
  session.connect();
  session.publish(kQos1).value();
  EXPECT_EQ(session.publish(kQos1).error(), RequestError::kWindowFull);
}

TEST(Publish, keeps_no_more_bytes_than_allowed_for_resending) {
  ClientSettings settings = kept();
  settings.limits.in_flight_bytes_max = 100;
  Session session(settings);
  session.connect();
  session.publish(kQos1, std::string(200, 'x')).value();
  EXPECT_EQ(session.publish(kQos1).error(), RequestError::kWindowFull);
  session.receive(ack(PacketType::kPuback, 1));
  EXPECT_TRUE(session.publish(kQos1));
}

TEST(Publish, waits_for_a_slow_socket) {
  ClientSettings settings;
  settings.limits.output_bytes_max = 100;
  Session session(settings);
  session.connect();
  session.publish(kQos0, std::string(200, 'x')).value();
  EXPECT_EQ(session.publish(kQos0).error(), RequestError::kOutputFull);
  EXPECT_TRUE(is_passing(RequestError::kOutputFull));
  session.sent();
  EXPECT_TRUE(session.publish(kQos0));
}

// MQTT-3.2.2-11, -14, -15
TEST(Publish, keeps_within_the_offer) {
  Session session;
  session.connect(properties({{PropertyId::kMaximumQos, 1},
                              {PropertyId::kRetainAvailable, 0},
                              {PropertyId::kMaximumPacketSize, 20}}));
  EXPECT_EQ(session.publish(kQos2).error(), RequestError::kQosNotSupported);
  EXPECT_EQ(session.publish(kQos0, "x", true).error(), RequestError::kRetainNotSupported);
  // Header 2, topic 3, packet id 2, property length 1: 12 are left.
  EXPECT_EQ(session.publish(kQos1, "1234567890123").error(), RequestError::kTooLarge);
  EXPECT_TRUE(session.sent().empty());
  EXPECT_TRUE(session.publish(kQos1, "123456789012"));
}

// MQTT-3.2.2-17, -18; MQTT-3.3.2-9
TEST(Publish, passes_properties_on_but_no_topic_alias) {
  Session session;
  session.connect(properties({{PropertyId::kTopicAliasMaximum, 10}}));
  const Bytes list =
      properties({{PropertyId::kTopicAlias, 3}, {PropertyId::kPayloadFormatIndicator, 1}});
  OutgoingMessage message;
  message.topic = mqtt::TopicName::from_checked("t");
  message.properties = mqtt::PropertiesView::from_checked(list);
  message.message_expiry_interval = 9;
  session.client.publish(message, session.now).value();
  const auto packet = session.only_sent<mqtt::Publish>();
  EXPECT_EQ(packet.topic_alias, 0);
  EXPECT_EQ(packet.message_expiry_interval, 9U);
  EXPECT_EQ(packet.properties.number(PropertyId::kPayloadFormatIndicator), 1U);
}

// MQTT-2.2.1-3
TEST(Publish, never_uses_an_id_that_is_busy) {
  Session session;
  session.connect();
  const mqtt::PacketId first = session.publish(kQos1).value();
  const mqtt::PacketId request = session.subscribe("#").value();
  for (int i = 0; i < 70'000; ++i) {
    const mqtt::PacketId id = session.publish(kQos1).value();
    ASSERT_NE(id, mqtt::kNoPacketId);
    ASSERT_NE(id, first);
    ASSERT_NE(id, request);
    session.receive(ack(PacketType::kPuback, id.value()));
    session.client.sent(session.client.output().size(), session.now);
  }
}

TEST(Publish, ends_the_connection_for_an_acknowledgement_of_another_qos) {
  Session session;
  session.connect();
  session.publish(kQos1).value();
  session.sent();
  session.receive(ack(PacketType::kPubrec, 1));
  EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
  EXPECT_FALSE(session.client.open());
}

TEST(Publish, lets_the_server_finish_what_we_have_forgotten) {
  Session session;
  session.connect();
  session.receive(ack(PacketType::kPuback, 9));
  session.receive(ack(PacketType::kPubcomp, 9));
  EXPECT_TRUE(session.sent().empty());
  session.receive(ack(PacketType::kPubrec, 9));
  const auto pubrel = session.only_sent<mqtt::PublishAck>();
  EXPECT_EQ(pubrel.type, PacketType::kPubrel);
  EXPECT_EQ(pubrel.reason_code, ReasonCode::kPacketIdentifierNotFound);
}

}  // namespace
}  // namespace godwit::client::test
