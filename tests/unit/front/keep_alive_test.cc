// Keep Alive, by hand-moved time.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::ReasonCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::TestClient;

ConnectSpec keep_alive(std::uint16_t length_seconds,
                       ProtocolVersion version = ProtocolVersion::k5_0) {
  ConnectSpec spec;
  spec.version = version;
  spec.keep_alive_seconds = length_seconds;
  return spec;
}

// MQTT-3.1.2-22, MQTT311-3.1.2-24.
TEST(KeepAlive, ends_a_silent_connection_after_one_and_a_half_times_its_length) {
  for (const auto version :
       {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    FrontWorld world;
    TestClient& client = world.connect("c", keep_alive(2, version));
    (void)client.take_bytes();
    world.advance(milliseconds(2'900));
    EXPECT_TRUE(client.open());
    world.advance(milliseconds(200));
    EXPECT_TRUE(client.closed);
    if (mqtt::is_v5(version)) {
      EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kKeepAliveTimeout);
    } else {
      EXPECT_TRUE(client.take_bytes().empty());  // E-116
    }
  }
}

TEST(KeepAlive, of_zero_never_ends) {
  FrontWorld world;
  TestClient& client = world.connect("c", keep_alive(0));
  world.advance(std::chrono::hours(1'000));
  EXPECT_TRUE(client.open());
}

// E-080, MQTT-3.1.2-21, MQTT-3.2.2-21: what the server says counts.
TEST(KeepAlive, of_the_server_replaces_a_longer_one_and_none) {
  testkit::WorldOptions options;
  options.limits.keep_alive_seconds_max = 10;
  struct Row {
    std::uint16_t asked;
    std::optional<std::uint32_t> told;
    int lasts_seconds;
  };
  for (const Row& row :
       {Row{0, 10, 15}, Row{11, 10, 15}, Row{10, std::nullopt, 15}, Row{4, std::nullopt, 6}}) {
    FrontWorld world(options);
    TestClient& client = world.open();
    client.send_connect("c", keep_alive(row.asked));
    const auto connack = client.expect<mqtt::Connack>();
    EXPECT_EQ(connack.properties.number(mqtt::PropertyId::kServerKeepAlive), row.told);
    world.advance(seconds(row.lasts_seconds) - milliseconds(100));
    EXPECT_TRUE(client.open()) << row.asked;
    world.advance(milliseconds(200));
    EXPECT_TRUE(client.closed) << row.asked;
  }
}

// It cannot be told.
TEST(KeepAlive, of_a_3_1_1_client_is_its_own) {
  testkit::WorldOptions options;
  options.limits.keep_alive_seconds_max = 10;
  FrontWorld world(options);
  TestClient& client = world.connect("c", keep_alive(100, ProtocolVersion::k3_1_1));
  world.advance(seconds(140));
  EXPECT_TRUE(client.open());
}

TEST(KeepAlive, may_be_as_long_as_the_field_allows) {
  FrontWorld world;
  TestClient& client = world.connect("c", keep_alive(65'535));
  world.advance(seconds(98'302));
  EXPECT_TRUE(client.open());
  world.advance(seconds(1));
  EXPECT_TRUE(client.closed);
}

// E-081: each complete packet, whatever it is.
TEST(KeepAlive, begins_anew_with_each_packet) {
  FrontWorld world;
  TestClient& client = world.connect("c", keep_alive(2));
  Bytes raw;
  const std::vector<mqtt::Packet> packets{mqtt::Pingreq{}, make_publish("t", "x"),
                                          testkit::make_subscribe(raw, "other"),
                                          testkit::make_ack(PacketType::kPuback, PacketId(1)),
                                          testkit::make_ack(PacketType::kPubrel, PacketId(1))};
  for (const mqtt::Packet& packet : packets) {
    world.advance(milliseconds(2'900));
    client.send(packet);
  }
  world.advance(milliseconds(2'900));
  EXPECT_TRUE(client.open());
  world.advance(milliseconds(200));
  EXPECT_TRUE(client.closed);
}

// E-081: neither output nor a packet that is not complete.
TEST(KeepAlive, is_not_prolonged_by_output_or_by_half_a_packet) {
  FrontWorld world;
  TestClient& client = world.connect("c", keep_alive(2));
  TestClient& publisher = world.connect("publisher");
  subscribe(client, "t");
  for (int i = 0; i < 6; ++i) {
    client.send_raw({i == 0 ? 0x30 : i == 1 ? 100 : 0});
    publisher.send(make_publish("t", "x"));
    world.advance(milliseconds(490));
    EXPECT_TRUE(client.open());
  }
  world.advance(milliseconds(100));
  EXPECT_TRUE(client.closed);
}

// The deadline of CONNECT and the first of keep alive stand in one wheel; neither hides the other.
TEST(KeepAlive, of_any_length_is_kept_beside_the_connect_deadline) {
  for (std::uint16_t length = 1; length <= 8; ++length) {
    FrontWorld world;
    TestClient& client = world.connect("c", keep_alive(length));
    for (int i = 0; i < 20; ++i) {
      world.advance(milliseconds(length * 1'400));
      EXPECT_TRUE(client.open()) << length;
      client.send(mqtt::Pingreq{});
    }
    world.advance(milliseconds(length * 1'600));
    EXPECT_TRUE(client.closed) << length;
  }
}

TEST(KeepAlive, follows_a_session_to_its_new_connection) {
  FrontWorld world({.thread_count = 2});
  world.connect("c", testkit::kept_v5(), 0).drop();
  ConnectSpec spec = testkit::kept_v5();
  spec.keep_alive_seconds = 2;
  TestClient& client = world.connect("c", spec, 1);
  world.advance(milliseconds(2'900));
  EXPECT_TRUE(client.open());
  world.advance(milliseconds(200));
  EXPECT_TRUE(client.closed);
}

}  // namespace
}  // namespace godwit
