// The exchange between CONNECT and CONNACK (section 4.12).
#include <gtest/gtest.h>

#include "tests/unit/front/auth_fixture.h"

namespace godwit {
namespace {

using mqtt::ReasonCode;
using testkit::AuthWorld;
using testkit::FrontWorld;
using testkit::TestClient;

// MQTT-4.12.0-2, -3, -5.
TEST(Auth, asks_for_more_and_accepts_with_the_method_and_the_last_word) {
  AuthWorld auth;
  TestClient& client = auth.ask("c");
  auth.send(client, {.data = "again"});
  testkit::expect_exchange(client.expect<mqtt::Auth>().properties, "word?");
  auth.send(client, {.data = "open"});
  const auto connack = client.expect<mqtt::Connack>();
  EXPECT_EQ(connack.reason_code, ReasonCode::kSuccess);
  testkit::expect_exchange(connack.properties, "welcome");
  client.send(mqtt::Pingreq{});
  client.expect<mqtt::Pingresp>();
}

// MQTT-4.12.0-4
TEST(Auth, a_wrong_answer_is_refused) {
  AuthWorld auth;
  TestClient& client = auth.ask("c");
  auth.send(client, {.data = "please"});
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kBadUserNameOrPassword);
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(auth.world.metric("godwit_connects_refused_total", "bad_user_name_or_password"), 1);

  TestClient& busy = auth.ask("c");
  auth.send(busy, {.data = "busy"});
  EXPECT_EQ(busy.expect<mqtt::Connack>().reason_code, ReasonCode::kServerBusy);
}

// MQTT-4.12.0-1
TEST(Auth, a_method_that_is_not_offered_is_refused) {
  AuthWorld auth;
  TestClient& client = auth.world.open();
  testkit::ConnectSpec spec;
  spec.authentication_method = "three-step";
  client.send_connect("c", spec);
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kBadAuthenticationMethod);
  EXPECT_TRUE(client.closed);
}

// MQTT-4.12.0-6
TEST(Auth, a_client_without_a_method_hears_of_none) {
  AuthWorld auth;
  TestClient& client = auth.world.open();
  client.send_connect("c", {});
  EXPECT_FALSE(
      client.expect<mqtt::Connack>().properties.find(mqtt::PropertyId::kAuthenticationMethod));
}

// MQTT-3.1.2-30
TEST(Auth, nothing_but_auth_or_disconnect_comes_before_the_connack) {
  AuthWorld auth;
  TestClient& watcher = auth.world.connect("watcher", FrontWorld::v5_connect());
  watcher.send_raw({0x82, 7, 0, 1, 0, 0, 1, '#', 0});
  watcher.expect<mqtt::Suback>();
  const std::initializer_list<std::initializer_list<int>> packets = {
      {0x30, 4, 0, 1, 't', 0},                                         // PUBLISH
      {0x40, 2, 0, 1},                                                 // PUBACK
      {0x62, 2, 0, 1},                                                 // PUBREL
      {0x82, 7, 0, 1, 0, 0, 1, 't', 0},                                // SUBSCRIBE
      {0xA2, 6, 0, 1, 0, 0, 1, 't'},                                   // UNSUBSCRIBE
      {0xC0, 0},                                                       // PINGREQ
      {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 0, 0, 1, 'c'},  // CONNECT
      {0x20, 3, 0, 0, 0},                                              // CONNACK
  };
  for (const auto& packet : packets) {
    testkit::ConnectSpec spec = testkit::two_step_connect();
    spec.will = testkit::WillSpec{};
    TestClient& client = auth.ask("c", spec);
    client.send_raw(packet);
    EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kProtocolError);
    EXPECT_TRUE(client.closed);
  }
  EXPECT_FALSE(watcher.has_packets());  // Neither a message nor a will.
}

TEST(Auth, a_client_may_leave_before_the_connack) {
  AuthWorld auth;
  TestClient& client = auth.ask("c");
  client.send(mqtt::Disconnect{});
  EXPECT_TRUE(client.closed);
  EXPECT_FALSE(client.has_packets());
}

// MQTT-4.12.0-3, -5; E-119
TEST(Auth, another_reason_or_method_is_a_protocol_error) {
  for (const testkit::AuthPacket& packet :
       {testkit::AuthPacket{.reason_code = ReasonCode::kReAuthenticate},
        testkit::AuthPacket{.method = "Two-step"}, testkit::AuthPacket{.method = ""}}) {
    AuthWorld auth;
    TestClient& client = auth.ask("c");
    auth.send(client, packet);
    EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kProtocolError);
    EXPECT_TRUE(client.closed);
  }
  for (const std::initializer_list<int> raw :
       {std::initializer_list<int>{0xF0, 0}, {0xF0, 2, 0x18, 0}}) {
    AuthWorld auth;
    TestClient& client = auth.ask("c");
    client.send_raw(raw);
    EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kProtocolError);
  }
}

// E-120: the deadline of the CONNECT holds for its exchange.
TEST(Auth, an_exchange_that_stalls_ends_at_the_connect_deadline) {
  AuthWorld auth;
  TestClient& client = auth.ask("c");
  const Duration deadline = session::SessionLimits().connect_deadline;
  auth.world.advance(deadline - std::chrono::milliseconds(100));
  auth.send(client, {.data = "again"});
  client.expect<mqtt::Auth>();
  EXPECT_TRUE(client.open());
  auth.world.advance(std::chrono::milliseconds(200));
  EXPECT_TRUE(client.closed);
  EXPECT_FALSE(client.has_packets());
  EXPECT_EQ(auth.world.connection_count(), 0U);
}

// The session has the principal that the exchange has proven.
TEST(Auth, the_session_belongs_to_whom_the_exchange_names) {
  AuthWorld auth;
  testkit::ConnectSpec spec = testkit::kept_v5();
  spec.authentication_method = "two-step";
  spec.user_name = "eve";  // Says nothing: the exchange does.
  auth.let_in("c", spec).drop();

  TestClient& other = auth.world.open();
  testkit::ConnectSpec plain = testkit::kept_v5();
  plain.user_name = "eve";
  plain.clean_start = false;
  other.send_connect("c", plain);
  EXPECT_EQ(other.expect<mqtt::Connack>().reason_code, ReasonCode::kClientIdentifierNotValid);

  spec.clean_start = false;
  TestClient& again = auth.ask("c", spec);
  auth.send(again, {});
  EXPECT_TRUE(again.expect<mqtt::Connack>().session_present);
}

TEST(Auth, an_answer_that_comes_after_the_client_has_gone_is_forgotten) {
  AuthWorld auth;
  auth.world.hold_authentications = true;
  TestClient& client = auth.world.open();
  client.send_connect("c", testkit::two_step_connect());
  client.drop();
  auth.world.answer_authentications();
  EXPECT_EQ(auth.world.connection_count(), 0U);
}

// The connection moves to the thread of its session, and what the method said with it.
TEST(Auth, the_last_word_comes_along_to_another_thread) {
  AuthWorld auth({.thread_count = 2});
  testkit::ConnectSpec spec = testkit::kept_v5();
  spec.authentication_method = "two-step";
  TestClient& first = auth.let_in("c", spec);
  ASSERT_EQ(first.thread(), 0U);
  TestClient& second = auth.world.open(1);
  second.send_connect("c", spec);
  second.expect<mqtt::Auth>();
  auth.send(second, {});
  const auto connack = second.expect<mqtt::Connack>();
  EXPECT_EQ(connack.reason_code, ReasonCode::kSuccess);
  testkit::expect_exchange(connack.properties, "welcome");
  EXPECT_EQ(second.thread(), 0U);
  auth.send(second, testkit::kAuthenticateAgain);
  EXPECT_EQ(second.expect<mqtt::Auth>().reason_code, ReasonCode::kContinueAuthentication);
}

// MQTT-3.1.2-24: no AUTH beyond what the client takes; then it cannot get in.
TEST(Auth, a_client_that_cannot_take_the_question_is_let_go) {
  AuthWorld auth;
  testkit::ConnectSpec spec = testkit::two_step_connect();
  spec.maximum_packet_size = 22;  // One less than the question needs.
  TestClient& client = auth.world.open();
  client.send_connect("c", spec);
  EXPECT_TRUE(client.closed);
  EXPECT_FALSE(client.has_packets());
  spec.maximum_packet_size = 23;
  auth.ask("c", spec);
}

}  // namespace
}  // namespace godwit
