// Every packet in every state, and packets that are wrong in every way: the code the standard
// names, and only the connection it came on.

#include <gtest/gtest.h>

#include <random>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::bytes;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;

// A client that does wrong, and three that must not notice: one with the same subscription, one
// that publishes to it, one in the middle of a QoS 2 exchange.
struct Neighbourhood {
  FrontWorld world;
  TestClient& subscriber = world.connect("subscriber");
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  TestClient& busy = world.connect("busy", kept_v5());
  TestClient& watcher = world.connect("watcher");

  Neighbourhood() {
    subscribe(subscriber, "t");
    subscribe(busy, "busy", {.qos = Qos::kExactlyOnce});
    subscribe(watcher, "will");
    publisher.send(make_publish("busy", "x", Qos::kExactlyOnce, 1));
    (void)publisher.expect<mqtt::PublishAck>();
  }

  TestClient& wrongdoer(ProtocolVersion version) {
    ConnectSpec spec;
    spec.version = version;
    spec.will = testkit::WillSpec{};
    TestClient& client = world.connect("wrongdoer", spec);
    subscribe(client, "t");
    (void)client.take_bytes();
    return client;
  }

  // Everybody else goes on as if nothing had been.
  void expect_undisturbed() {
    publisher.send(make_publish("t", "y"));
    EXPECT_EQ(text_of(subscriber.expect<mqtt::Publish>()), "y");
    publisher.send(make_ack(PacketType::kPubrel, PacketId(1)));
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
    busy.send(make_ack(PacketType::kPubrec, busy.expect<mqtt::Publish>().packet_id));
    EXPECT_EQ(busy.expect<mqtt::PublishAck>().type, PacketType::kPubrel);
    for (const TestClient* client : {&subscriber, &publisher, &busy, &watcher}) {
      EXPECT_TRUE(client->open() && !client->has_packets());
    }
    EXPECT_EQ(world.metric("godwit_connections"), 4);
  }
};

// A DISCONNECT without the explanation in it.
Bytes without_reason_string(Bytes packet) {
  constexpr std::size_t kFirstProperty = 4;
  if (packet.size() > kFirstProperty && packet[kFirstProperty] == std::byte{0x1F}) {
    packet.resize(3);
    packet[1] = std::byte{1};
  }
  return packet;
}

// 4.13, MQTT-4.13.1-1, MQTT311-4.8.0-1, E-116: the code to 5.0, a bare close to 3.x, the will, and
// nothing to anybody else.
void expect_refused(const Bytes& input, ReasonCode reason, ProtocolVersion version) {
  Neighbourhood all;
  TestClient& client = all.wrongdoer(version);
  client.send_raw(input);
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(without_reason_string(client.take_bytes()),
            mqtt::is_v5(version) ? bytes({0xE0, 1, static_cast<int>(reason)}) : Bytes{});
  EXPECT_EQ(all.watcher.take_publishes().size(), 1U) << "the will";
  EXPECT_EQ(all.world.metric("godwit_connections_closed_total", mqtt::reason_code_name(reason)), 1);
  all.expect_undisturbed();
}

struct Row {
  const char* what;
  Bytes input;
  ReasonCode reason;
};

// Wrong for 5.0 only, or in another way than for 3.x.
std::vector<Row> rows_of_5_0() {
  return {
      {"PUBLISH with a subscription id", bytes({0x30, 6, 0, 1, 't', 2, 0x0B, 1}),
       ReasonCode::kProtocolError},
      {"PUBLISH with alias 0", bytes({0x30, 7, 0, 1, 't', 3, 0x23, 0, 0}),
       ReasonCode::kTopicAliasInvalid},
      {"PUBLISH with alias 33", bytes({0x30, 7, 0, 1, 't', 3, 0x23, 0, 33}),
       ReasonCode::kTopicAliasInvalid},
      {"PUBLISH without topic and alias", bytes({0x30, 3, 0, 0, 0}), ReasonCode::kProtocolError},
      {"PUBLISH with an empty topic and an unknown alias", bytes({0x30, 6, 0, 0, 3, 0x23, 0, 1}),
       ReasonCode::kProtocolError},
      {"PUBLISH with a property of CONNECT", bytes({0x30, 7, 0, 1, 't', 3, 0x21, 0, 1}),
       ReasonCode::kMalformedPacket},
      {"PUBLISH with a property twice", bytes({0x30, 8, 0, 1, 't', 4, 1, 0, 1, 0}),
       ReasonCode::kProtocolError},
      {"PUBACK with an unlisted code", bytes({0x40, 3, 0, 1, 0xFF}), ReasonCode::kProtocolError},
      {"PUBREL with an unlisted code", bytes({0x62, 3, 0, 1, 0x80}), ReasonCode::kProtocolError},
      {"SUBSCRIBE with QoS 3", bytes({0x82, 7, 0, 1, 0, 0, 1, 't', 3}), ReasonCode::kProtocolError},
      {"SUBSCRIBE with reserved bits", bytes({0x82, 7, 0, 1, 0, 0, 1, 't', 0x40}),
       ReasonCode::kMalformedPacket},
      {"SUBSCRIBE with retain handling 3", bytes({0x82, 7, 0, 1, 0, 0, 1, 't', 0x30}),
       ReasonCode::kProtocolError},
      {"SUBSCRIBE to nothing", bytes({0x82, 3, 0, 1, 0}), ReasonCode::kProtocolError},
      {"UNSUBSCRIBE from nothing", bytes({0xA2, 3, 0, 1, 0}), ReasonCode::kProtocolError},
      {"SUBSCRIBE to a share with No Local",
       bytes({0x82, 16, 0, 1, 0, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'g', '/', 't', 4}),
       ReasonCode::kProtocolError},
      {"DISCONNECT with a server's code", bytes({0xE0, 1, 0x8B}), ReasonCode::kProtocolError},
      {"AUTH without a method", bytes({0xF0, 0}), ReasonCode::kProtocolError},
      {"AUTH 0x19", bytes({0xF0, 6, 0x19, 4, 0x15, 0, 1, 'x'}), ReasonCode::kProtocolError},
  };
}

// Wrong for every version. `p`: the length of properties, where 5.0 has some.
std::vector<Row> rows_of_all(ProtocolVersion version) {
  const bool v5 = mqtt::is_v5(version);
  const auto with = [&](std::initializer_list<int> head, std::initializer_list<int> tail) {
    Bytes body = bytes(head);
    if (v5) {
      body.push_back(std::byte{0});
    }
    append(body, bytes(tail));
    body.insert(body.begin() + 1, std::byte(body.size() - 1));
    return body;
  };
  return {
      {"type 0", bytes({0x00, 0}), ReasonCode::kMalformedPacket},
      {"a length field that does not end", bytes({0x30, 0xFF, 0xFF, 0xFF, 0xFF}),
       ReasonCode::kMalformedPacket},
      {"a padded length field", bytes({0x30, 0x80, 0}), ReasonCode::kMalformedPacket},
      {"PUBLISH with QoS 3", with({0x36, 0, 1, 't', 0, 1}, {'x'}), ReasonCode::kMalformedPacket},
      {"PUBLISH with QoS 0 and DUP", with({0x38, 0, 1, 't'}, {'x'}), ReasonCode::kMalformedPacket},
      {"PUBLISH with id 0", with({0x32, 0, 1, 't', 0, 0}, {'x'}), ReasonCode::kProtocolError},
      {"PUBLISH to a wildcard", with({0x30, 0, 3, 'a', '/', '+'}, {}),
       ReasonCode::kMalformedPacket},
      {"PUBLISH with bad UTF-8", with({0x30, 0, 3, 0xED, 0xA0, 0x80}, {}),
       ReasonCode::kMalformedPacket},
      {"PUBLISH with U+0000", with({0x30, 0, 1, 0}, {}), ReasonCode::kMalformedPacket},
      {"PUBREL with wrong flags", bytes({0x60, 2, 0, 1}), ReasonCode::kMalformedPacket},
      {"SUBSCRIBE with wrong flags", with({0x80, 0, 1}, {0, 1, 't', 0}),
       ReasonCode::kMalformedPacket},
      {"SUBSCRIBE with id 0", with({0x82, 0, 0}, {0, 1, 't', 0}), ReasonCode::kProtocolError},
      {"SUBSCRIBE without options", with({0x82, 0, 1}, {0, 1, 't'}), ReasonCode::kMalformedPacket},
      {"UNSUBSCRIBE with wrong flags", with({0xA0, 0, 1}, {0, 1, 't'}),
       ReasonCode::kMalformedPacket},
      {"UNSUBSCRIBE with id 0", with({0xA2, 0, 0}, {0, 1, 't'}), ReasonCode::kProtocolError},
      {"PINGREQ with a body", bytes({0xC0, 1, 0}), ReasonCode::kMalformedPacket},
      {"PINGREQ with flags", bytes({0xC1, 0}), ReasonCode::kMalformedPacket},
      {"DISCONNECT with flags", bytes({0xE1, 0}), ReasonCode::kMalformedPacket},
      {"CONNACK", bytes({0x20, 2, 0, 0}), ReasonCode::kProtocolError},
      {"SUBACK", bytes({0x90, 3, 0, 1, 0}), ReasonCode::kProtocolError},
      {"UNSUBACK", bytes({0xB0, 2, 0, 1}), ReasonCode::kProtocolError},
      {"PINGRESP", bytes({0xD0, 0}), ReasonCode::kProtocolError},
      {"a second CONNECT", testkit::connect_bytes("wrongdoer", {}), ReasonCode::kProtocolError},
      {"a CONNECT that is none", bytes({0x10, 0}), ReasonCode::kProtocolError},
      {"PUBLISH of 5 MB", bytes({0x30, 0x80, 0x80, 0xC0, 2}), ReasonCode::kPacketTooLarge},
  };
}

// MQTT311-1.5.3-1, -2, MQTT311-2.2.2-2, MQTT311-3.1.0-2, MQTT311-3.3.1-4, MQTT311-3.3.2-2,
// MQTT311-3.6.1-1, MQTT311-3.8.1-1, MQTT311-3.10.1-1, MQTT311-3.14.1-1.
TEST(BadInput, ends_its_own_connection_with_the_right_code) {
  for (const auto version :
       {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    std::vector<Row> rows = rows_of_all(version);
    if (mqtt::is_v5(version)) {
      for (Row& row : rows_of_5_0()) {
        rows.push_back(std::move(row));
      }
    } else {
      rows.push_back({"AUTH", bytes({0xF0, 0}), ReasonCode::kMalformedPacket});
      rows.push_back({"DISCONNECT with a body", bytes({0xE0, 1, 0}), ReasonCode::kMalformedPacket});
    }
    for (const Row& row : rows) {
      SCOPED_TRACE(std::string(row.what) + " in version " +
                   std::to_string(static_cast<int>(version)));
      expect_refused(row.input, row.reason, version);
    }
  }
}

// E-069: an ack that belongs to another QoS.
TEST(BadInput, includes_an_ack_of_the_wrong_kind) {
  struct WrongAck {
    Qos qos;
    PacketType ack;
  };
  for (const WrongAck& row : {WrongAck{Qos::kExactlyOnce, PacketType::kPuback},
                              WrongAck{Qos::kAtLeastOnce, PacketType::kPubrec},
                              WrongAck{Qos::kAtLeastOnce, PacketType::kPubcomp},
                              WrongAck{Qos::kExactlyOnce, PacketType::kPubcomp}}) {
    for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
      Neighbourhood all;
      TestClient& client = all.wrongdoer(version);
      subscribe(client, "mine", {.qos = row.qos});
      all.publisher.send(make_publish("mine", "x", Qos::kExactlyOnce, 9));
      (void)all.publisher.expect<mqtt::PublishAck>();
      const auto id = client.expect<mqtt::Publish>().packet_id;
      client.send(make_ack(row.ack, id));
      EXPECT_TRUE(client.closed);
      if (mqtt::is_v5(version)) {
        EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
      }
      (void)all.watcher.take_publishes();
      all.publisher.send(make_ack(PacketType::kPubrel, PacketId(9)));
      (void)all.publisher.expect<mqtt::PublishAck>();
      all.expect_undisturbed();
    }
  }
}

// MQTT-2.2.1-5, E-068: these are no errors. MQTT311-2.3.1-6: PUBREL comes with the id of PUBREC.
TEST(BadInput, does_not_include_acks_of_unknown_ids) {
  FrontWorld world;
  for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    ConnectSpec spec;
    spec.version = version;
    TestClient& client = world.connect("c", spec);
    const ReasonCode not_found =
        mqtt::is_v5(version) ? ReasonCode::kPacketIdentifierNotFound : ReasonCode::kSuccess;
    for (const std::uint16_t id : testkit::Numbers{1, 255, 256, 65'535}) {
      client.send(make_ack(PacketType::kPuback, PacketId(id)));
      client.send(make_ack(PacketType::kPubcomp, PacketId(id)));
      EXPECT_FALSE(client.has_packets());
      client.send(make_ack(PacketType::kPubrec, PacketId(id)));
      client.send(make_ack(PacketType::kPubrel, PacketId(id)));
      for (const PacketType type : {PacketType::kPubrel, PacketType::kPubcomp}) {
        const auto answer = client.expect<mqtt::PublishAck>();
        EXPECT_EQ(answer.type, type);
        EXPECT_EQ(answer.packet_id, PacketId(id));
        EXPECT_EQ(answer.reason_code, not_found);
      }
    }
    EXPECT_TRUE(client.open());
  }
}

// MQTT-3.14.4-1, -2, MQTT311-3.14.4-2: what comes behind DISCONNECT is not looked at.
TEST(BadInput, behind_a_disconnect_has_no_effect) {
  for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    Neighbourhood all;
    TestClient& client = all.wrongdoer(version);
    client.push(mqtt::Disconnect{});
    client.push(make_publish("t", "late", Qos::kAtMostOnce, 0, true));
    client.push_raw(bytes({0xFF, 0xFF}));
    all.world.settle();
    EXPECT_TRUE(client.closed);
    EXPECT_TRUE(client.take_bytes().empty());
    EXPECT_EQ(all.watcher.take_publishes().size(), 0U);
    EXPECT_EQ(all.world.metric("godwit_retained_messages"), 0);
    all.expect_undisturbed();
  }
}

// MQTT-3.12.4-1, MQTT311-3.12.4-1.
TEST(BadInput, does_not_include_a_thousand_pings_at_once) {
  FrontWorld world;
  TestClient& client = world.connect("c");
  for (int i = 0; i < 1'000; ++i) {
    client.push(mqtt::Pingreq{});
  }
  world.settle();
  EXPECT_EQ(client.packets.size(), 1'000U);
}

// E-114: any code that fits one of them.
TEST(BadInput, of_several_kinds_is_answered_with_one_of_them) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  // QoS 3, an id of 0, and a topic with a wildcard.
  client.send_raw({0x36, 6, 0, 1, '#', 0, 0, 0});
  const ReasonCode code = client.expect<mqtt::Disconnect>().reason_code;
  EXPECT_TRUE(code == ReasonCode::kMalformedPacket || code == ReasonCode::kProtocolError ||
              code == ReasonCode::kTopicNameInvalid);
  EXPECT_TRUE(client.closed);
}

}  // namespace
}  // namespace godwit
