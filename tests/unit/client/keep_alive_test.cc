#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

constexpr const char* kNoPingresp =
    "disconnected by unanswering: unspecified_error no PINGRESP in time";

ClientSettings keep_alive(std::uint16_t keep_alive_seconds) {
  ClientSettings settings;
  settings.keep_alive_seconds = keep_alive_seconds;
  return settings;
}

// MQTT-3.1.2-20
TEST(KeepAlive, sends_pingreq_before_the_interval_is_over) {
  Session session(keep_alive(40));
  session.connect();
  session.advance(seconds(29));
  EXPECT_TRUE(session.sent().empty());
  session.advance(seconds(1));
  session.only_sent<mqtt::Pingreq>();
  session.receive(mqtt::Pingresp{});
  session.advance(seconds(30));
  session.only_sent<mqtt::Pingreq>();
}

TEST(KeepAlive, sends_none_while_other_packets_go_out) {
  Session session(keep_alive(40));
  session.connect();
  for (int i = 0; i < 10; ++i) {
    session.advance(seconds(20));
    session.publish(kQos0).value();
    session.only_sent<mqtt::Publish>();
  }
}

TEST(KeepAlive, sends_none_without_keep_alive) {
  Session session(keep_alive(0));
  session.connect();
  EXPECT_EQ(session.client.next_deadline(), kNever);
}

// MQTT-3.1.2-21, MQTT-3.2.2-21
TEST(KeepAlive, obeys_the_server) {
  Session session(keep_alive(40));
  session.connect(properties({{mqtt::PropertyId::kServerKeepAlive, 8}}));
  session.advance(seconds(6));
  session.only_sent<mqtt::Pingreq>();
}

TEST(KeepAlive, gives_up_a_server_that_does_not_answer) {
  Session session(keep_alive(40));
  session.connect();
  session.advance(seconds(30));
  session.sent();
  session.advance(seconds(19));
  EXPECT_TRUE(session.client.open());
  session.advance(seconds(1));
  EXPECT_EQ(session.events.take(), (Lines{"connected", kNoPingresp}));
  EXPECT_TRUE(session.client.output().empty());
}

TEST(KeepAlive, waits_while_the_socket_takes_bytes) {
  Session session(keep_alive(40));
  session.connect();
  session.publish(kQos0, std::string(1'000, 'x')).value();
  session.advance(seconds(30));
  // The PINGREQ stands behind a message that a slow network takes byte by byte.
  for (int i = 0; i < 10; ++i) {
    session.advance(seconds(15));
    session.client.sent(1, session.now);
  }
  EXPECT_EQ(session.events.take(), Lines{"connected"});
  session.advance(seconds(20));
  EXPECT_EQ(session.events.take(), Lines{kNoPingresp});
}

TEST(KeepAlive, waits_while_the_server_sends) {
  Session session(keep_alive(40));
  session.connect();
  session.advance(seconds(30));
  session.sent();
  // The PINGRESP stands behind a message that comes byte by byte.
  Bytes bytes;
  mqtt::encode(from_server(kQos0, 0), session.version, bytes);
  for (const std::byte& byte : bytes) {
    session.advance(seconds(15));
    session.receive_raw({&byte, 1});
  }
  EXPECT_EQ(session.events.take(), (Lines{"connected", "message t hello qos=0"}));
}

}  // namespace
}  // namespace godwit::client::test
