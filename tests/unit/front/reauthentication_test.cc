// Authentication again on an open connection (section 4.12.1).
#include <gtest/gtest.h>

#include "tests/unit/front/auth_fixture.h"

namespace godwit {
namespace {

using mqtt::ReasonCode;
using testkit::AuthWorld;
using testkit::kAuthenticateAgain;
using testkit::TestClient;

// MQTT-4.12.1-1, MQTT-4.12.0-5
TEST(Reauthentication, ends_with_success_and_may_be_repeated) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  for (int round = 0; round < 3; ++round) {
    auth.send(client, kAuthenticateAgain);
    const auto question = client.expect<mqtt::Auth>();
    EXPECT_EQ(question.reason_code, ReasonCode::kContinueAuthentication);
    testkit::expect_exchange(question.properties, "word?");
    auth.send(client, {});
    const auto welcome = client.expect<mqtt::Auth>();
    EXPECT_EQ(welcome.reason_code, ReasonCode::kSuccess);
    testkit::expect_exchange(welcome.properties, "welcome");
  }
}

// E-120: the old rights hold meanwhile.
TEST(Reauthentication, other_packets_flow_meanwhile) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  auth.world.hold_authentications = true;
  auth.send(client, kAuthenticateAgain);
  client.send(mqtt::Pingreq{});
  client.expect<mqtt::Pingresp>();
  auth.world.answer_authentications();
  client.expect<mqtt::Auth>();
  client.send_raw({0x32, 6, 0, 1, 't', 0, 1, 0});
  EXPECT_EQ(client.expect<mqtt::PublishAck>().packet_id, mqtt::PacketId(1));
}

// MQTT-4.12.1-2, E-120
TEST(Reauthentication, that_fails_closes_the_connection_and_leaves_the_will) {
  AuthWorld auth;
  TestClient& watcher = auth.world.connect("watcher", testkit::FrontWorld::v5_connect());
  watcher.send_raw({0x82, 10, 0, 1, 0, 0, 4, 'w', 'i', 'l', 'l', 0});
  testkit::ConnectSpec spec = testkit::two_step_connect();
  spec.will = testkit::WillSpec{};
  TestClient& client = auth.let_in("c", spec);
  auth.send(client, kAuthenticateAgain);
  client.expect<mqtt::Auth>();
  auth.send(client, {.data = "please"});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kNotAuthorized);
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(watcher.take_publishes().size(), 1U);
}

TEST(Reauthentication, that_cannot_be_done_now_says_busy) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  auth.send(client, kAuthenticateAgain);
  client.expect<mqtt::Auth>();
  auth.send(client, {.data = "busy"});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kServerBusy);
}

// P-17
TEST(Reauthentication, as_somebody_else_is_refused) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  auth.world.methods = testkit::TwoStepMethod::alone("eve");
  auth.send(client, kAuthenticateAgain);
  client.expect<mqtt::Auth>();
  auth.send(client, {});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kNotAuthorized);
  EXPECT_TRUE(client.closed);
}

// MQTT-4.12.1-1, MQTT-4.12.0-5
TEST(Reauthentication, out_of_turn_or_by_another_method_is_a_protocol_error) {
  const testkit::AuthPacket another{.reason_code = ReasonCode::kReAuthenticate,
                                    .method = "three-step"};
  AuthWorld auth;
  for (const std::vector<testkit::AuthPacket>& packets :
       {std::vector<testkit::AuthPacket>{another},
        {{}},                                          // Nothing has begun.
        {kAuthenticateAgain, kAuthenticateAgain},      // Has begun already.
        {kAuthenticateAgain, {.method = "three"}}}) {  // Goes on otherwise.
    TestClient& client = auth.let_in("c");
    for (const testkit::AuthPacket& packet : packets) {
      auth.send(client, packet);
    }
    EXPECT_EQ(client.find<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
    EXPECT_TRUE(client.closed);
  }
}

// The client has to wait for what the broker says.
TEST(Reauthentication, a_step_before_the_answer_is_a_protocol_error) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  push_auth(client, kAuthenticateAgain);
  push_auth(client, {});
  auth.world.settle();
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
}

// MQTT-4.12.0-7, E-119
TEST(Reauthentication, is_not_for_clients_that_connected_without_a_method) {
  AuthWorld auth;
  for (const auto& packet : {kAuthenticateAgain, testkit::AuthPacket{}}) {
    TestClient& client = auth.world.connect("c", testkit::FrontWorld::v5_connect());
    auth.send(client, packet);
    EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
  }
}

TEST(Reauthentication, is_bounded_like_a_connect) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  auth.send(client, {.reason_code = ReasonCode::kReAuthenticate, .data = std::string(65'535, 'x')});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kPacketTooLarge);
}

// A later client on the same slot has nothing of the exchange before it.
TEST(Reauthentication, ends_with_its_connection) {
  AuthWorld auth;
  TestClient& client = auth.let_in("c");
  auth.world.hold_authentications = true;
  auth.send(client, kAuthenticateAgain);
  client.drop();
  auth.world.hold_authentications = false;
  TestClient& next = auth.world.connect("d", testkit::FrontWorld::v5_connect());
  auth.world.answer_authentications();
  EXPECT_FALSE(next.has_packets());
  auth.send(next, {});
  EXPECT_EQ(next.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
}

}  // namespace
}  // namespace godwit
