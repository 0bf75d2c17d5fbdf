// What a server must not send: the client says so, ends the connection, and stands.
#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PacketType;
using mqtt::ReasonCode;

constexpr std::byte kCode{0};

// A good packet of each kind, for a client that has published (1: QoS 1, 2 and 3: QoS 2, PUBREC
// came for 3), and asked for one filter (4) and one filter less (5).
std::vector<mqtt::Packet> good_packets() {
  const ByteView code(&kCode, 1);
  return {from_server(kQos0, 0),
          from_server(kQos1, 1),
          from_server(kQos2, 1),
          ack(PacketType::kPuback, 1, ReasonCode::kNotAuthorized),
          ack(PacketType::kPubrec, 2, ReasonCode::kNoMatchingSubscribers),
          ack(PacketType::kPubrel, 9),
          ack(PacketType::kPubcomp, 3),
          mqtt::Suback{mqtt::PacketId(4), {}, code},
          mqtt::Unsuback{mqtt::PacketId(5), {}, code},
          mqtt::Pingresp{},
          mqtt::Disconnect{ReasonCode::kServerBusy, {}}};
}

void make_busy(Session& session) {
  session.connect();
  session.publish(kQos1).value();
  session.publish(kQos2).value();
  session.publish(kQos2).value();
  session.receive(ack(PacketType::kPubrec, 3));
  session.subscribe("a").value();
  const mqtt::TopicFilter filter = mqtt::TopicFilter::from_checked("a");
  session.client.unsubscribe({&filter, 1}, session.now).value();
  session.sent();
  session.events.take();
}

TEST(BadInput, good_packets_are_good) {
  Session session;
  make_busy(session);
  for (const mqtt::Packet& packet : good_packets()) {
    ASSERT_TRUE(session.client.open());
    session.receive(packet);
  }
  EXPECT_EQ(session.events.take().back(), "disconnected by server: server_busy ");
}

// Every good packet, cut at every byte and its length set to what is left: an error or a shorter
// good packet, and never a look beyond its end.
TEST(BadInput, every_truncation_is_an_answer_or_an_end) {
  for (const mqtt::Packet& packet : good_packets()) {
    Bytes whole;
    mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, whole);
    for (std::size_t size = 2; size < whole.size(); ++size) {
      Session session;
      make_busy(session);
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      cut[1] = static_cast<std::byte>(size - 2);
      session.receive_raw(cut);
      const Lines lines = session.events.take();
      if (session.client.open()) {
        continue;  // The short form of an acknowledgement, or a shorter payload.
      }
      ASSERT_EQ(lines.size(), 1U);
      if (lines[0].starts_with("disconnected by bad packet")) {
        EXPECT_NE(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kSuccess);
      }
    }
  }
}

TEST(BadInput, unfinished_packets_wait) {
  for (const mqtt::Packet& packet : good_packets()) {
    Bytes whole;
    mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, whole);
    Session session;
    make_busy(session);
    session.receive_raw(ByteView(whole).first(whole.size() - 1));
    EXPECT_EQ(session.events.take(), Lines{});
    EXPECT_TRUE(session.client.open());
  }
}

struct BadRow {
  const char* name;
  std::initializer_list<int> bytes;
  ReasonCode reason;
};

const BadRow kBadRows[] = {
    {"packet type 0", {0x00, 0x00}, ReasonCode::kMalformedPacket},
    {"length of five bytes", {0x30, 0x80, 0x80, 0x80, 0x80, 0x01}, ReasonCode::kMalformedPacket},
    {"packet too large", {0x30, 0xFF, 0xFF, 0x03}, ReasonCode::kPacketTooLarge},
    {"CONNECT", {0x10, 0x00}, ReasonCode::kProtocolError},
    {"SUBSCRIBE", {0x82, 0x00}, ReasonCode::kProtocolError},
    {"PINGREQ", {0xC0, 0x00}, ReasonCode::kProtocolError},
    {"QoS 3", {0x36, 0x06, 0, 1, 't', 0, 1, 0}, ReasonCode::kMalformedPacket},
    {"topic with wildcard", {0x30, 0x04, 0, 1, '#', 0}, ReasonCode::kMalformedPacket},
    {"second CONNACK", {0x20, 0x03, 0, 0, 0}, ReasonCode::kProtocolError},
    {"AUTH", {0xF0, 0x00}, ReasonCode::kProtocolError},
    {"PUBREL with wrong flags", {0x60, 0x02, 0, 1}, ReasonCode::kMalformedPacket},
};

TEST(BadInput, is_answered_with_its_reason) {
  ClientSettings settings;
  settings.limits.codec.maximum_packet_size = 1'000;
  for (const BadRow& row : kBadRows) {
    SCOPED_TRACE(row.name);
    Session session(settings);
    session.connect();
    session.events.take();
    Bytes bytes;
    for (const int byte : row.bytes) {
      bytes.push_back(static_cast<std::byte>(byte));
    }
    session.receive_raw(bytes);
    EXPECT_FALSE(session.client.open());
    EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, row.reason);
    EXPECT_EQ(session.events.take().size(), 1U);
  }
}

TEST(BadInput, ends_3_1_1_without_a_word) {
  Session session(v311());
  session.connect();
  session.receive_raw(Bytes{std::byte{0}, std::byte{0}});
  EXPECT_FALSE(session.client.open());
  EXPECT_TRUE(session.sent().empty());
}

TEST(BadInput, the_first_packet_is_connack) {
  Session session;
  session.begin();
  session.sent();
  // The beginning of "HTTP/1.1 400", which would be a long PUBACK.
  session.receive_raw(as_bytes("H"));
  EXPECT_EQ(session.events.take(), Lines{"disconnected by bad packet: protocol_error the first "
                                         "packet is not CONNACK"});
  EXPECT_TRUE(session.sent().empty());
}

}  // namespace
}  // namespace godwit::client::test
