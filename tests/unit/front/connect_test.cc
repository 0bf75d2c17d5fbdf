// CONNECT that is accepted: versions, client ids, what CONNACK announces, and deadlines.

#include <gtest/gtest.h>

#include <set>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::bytes;
using testkit::connect_bytes;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::make_subscribe;
using testkit::TestClient;
using testkit::WorldOptions;

ConnectSpec of_version(ProtocolVersion version) {
  ConnectSpec spec;
  spec.version = version;
  return spec;
}

// MQTT-3.1.4-5, MQTT-3.2.2-1, MQTT311-3.1.4-4, E-095: byte for byte.
TEST(Connect, is_answered_in_the_words_of_its_version) {
  FrontWorld world;
  for (const auto version : {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1}) {
    TestClient& client = world.open();
    client.send_connect("old", of_version(version));
    EXPECT_EQ(client.take_bytes(), bytes({0x20, 2, 0, 0}));
  }
  TestClient& client = world.open();
  client.send_connect("young", {});
  // Receive Maximum 64, Maximum Packet Size 4 MiB, Topic Alias Maximum 32.
  EXPECT_EQ(client.take_bytes(),
            bytes({0x20, 14, 0, 0, 11, 0x21, 0, 64, 0x27, 0, 0x40, 0, 0, 0x22, 0, 32}));
}

// E-118: defaults are left out, the rest is what is enforced.
TEST(Connect, announces_the_limits_that_are_set) {
  WorldOptions options;
  options.limits.receive_maximum = 65'535;
  options.limits.codec.maximum_packet_size = 70'000;
  options.limits.session_expiry_seconds_max = 60;
  FrontWorld world(options);
  TestClient& client = world.open();

  ConnectSpec spec;
  spec.session_expiry_seconds = 3'600;
  client.send_connect("c", spec);

  // MPS 70,000 and, E-003, a Session Expiry Interval of 60.
  EXPECT_EQ(client.take_bytes(),
            bytes({0x20, 16, 0, 0, 13, 0x11, 0, 0, 0, 60, 0x27, 0, 1, 0x11, 0x70, 0x22, 0, 32}));
}

// E-118, MQTT-3.2.2-15: exactly the limit is served, one more byte is not.
TEST(Connect, announces_a_packet_size_that_is_enforced_to_the_byte) {
  WorldOptions options;
  options.limits.codec.maximum_packet_size = 1'000;
  FrontWorld world(options);
  TestClient& client = world.connect("c", ConnectSpec{});
  // 3 header, 2 + 1 topic, 1 property length: 993 bytes of payload make 1,000.
  client.send(make_publish("t", std::string(993, 'x')));
  EXPECT_TRUE(client.open());
  client.send(make_publish("t", std::string(994, 'x')));
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kPacketTooLarge);
  EXPECT_TRUE(client.closed);
}

// E-059: decided before the body is there.
TEST(Connect, announces_a_packet_size_that_is_enforced_at_the_length_field) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  client.send_raw({0x30, 0xFF, 0xFF, 0xFF, 0x7F});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kPacketTooLarge);
}

// E-118, MQTT-3.3.4-7, E-053.
TEST(Connect, announces_a_receive_maximum_that_is_enforced_to_the_message) {
  WorldOptions options;
  options.limits.receive_maximum = 2;
  FrontWorld world(options);
  TestClient& client = world.connect("c", ConnectSpec{});
  client.send(make_publish("t", "1", Qos::kExactlyOnce, 1));
  client.send(make_publish("t", "2", Qos::kExactlyOnce, 2));
  client.send(make_publish("t", "2", Qos::kExactlyOnce, 2));  // A repeat counts once.
  client.send(make_publish("t", "q", Qos::kAtLeastOnce, 9));  // Finished as it is answered.
  for (int i = 0; i < 4; ++i) {
    (void)client.expect<mqtt::PublishAck>();
  }
  client.send(make_publish("t", "3", Qos::kExactlyOnce, 3));
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kReceiveMaximumExceeded);
  EXPECT_TRUE(client.closed);
}

// MQTT-3.1.3-5.
TEST(Connect, takes_client_ids_of_letters_and_digits) {
  FrontWorld world;
  world.connect("a", ConnectSpec{});
  world.connect("0123456789ABCDEFGHIJKLM", ConnectSpec{});
  world.connect("NOPQRSTUVWXYZabcdefghij", ConnectSpec{});
  world.connect("klmnopqrstuvwxyz", ConnectSpec{});
  EXPECT_EQ(world.connection_count(), 4U);
}

// MQTT-3.1.3-6, MQTT-3.2.2-16.
TEST(Connect, without_a_client_id_gets_one_that_nobody_has) {
  FrontWorld world;
  std::set<std::string> ids;
  for (int i = 0; i < 1'000; ++i) {
    TestClient& client = world.open();
    ConnectSpec spec;
    spec.clean_start = i % 2 == 0;  // E-082
    client.send_connect("", spec);
    const auto connack = client.expect<mqtt::Connack>();
    EXPECT_FALSE(connack.session_present);
    ids.emplace(*connack.properties.text(mqtt::PropertyId::kAssignedClientIdentifier));
  }
  EXPECT_EQ(ids.size(), 1'000U);
}

// MQTT-3.1.3-7.
TEST(Connect, resumes_a_session_by_the_id_that_was_assigned) {
  FrontWorld world;
  TestClient& first = world.open();
  first.send_connect("", testkit::kept_v5());
  const auto connack = first.expect<mqtt::Connack>();
  const std::string id(*connack.properties.text(mqtt::PropertyId::kAssignedClientIdentifier));
  first.drop();

  TestClient& second = world.open();
  second.send_connect(id, testkit::kept_v5());
  EXPECT_TRUE(second.expect<mqtt::Connack>().session_present);
}

// MQTT311-3.1.3-6: the client is not told. E-096: 3.1 has none of this, see connect_refused_test.
TEST(Connect, of_3_1_1_without_a_client_id_is_served_for_a_clean_session) {
  FrontWorld world;
  TestClient& one = world.open();
  TestClient& two = world.open();
  one.send_connect("", of_version(ProtocolVersion::k3_1_1));
  two.send_connect("", of_version(ProtocolVersion::k3_1_1));
  EXPECT_EQ(one.take_bytes(), bytes({0x20, 2, 0, 0}));
  EXPECT_TRUE(one.open());
  EXPECT_TRUE(two.open());
}

// MQTT-3.1.2-19: 5.0 allows a password alone.
TEST(Connect, of_5_0_may_have_a_password_without_a_user_name) {
  FrontWorld world;
  ConnectSpec spec;
  spec.password = "secret";
  access::Credentials seen;
  const auto accept_all = world.authenticate;
  world.authenticate = [&](const access::Credentials& credentials) {
    EXPECT_FALSE(credentials.user_name.has_value());
    EXPECT_TRUE(credentials.password.has_value());
    return accept_all(credentials);
  };
  EXPECT_TRUE(world.connect("c", spec).open());
}

Bytes connect_subscribe_publish(ProtocolVersion version) {
  Bytes input = connect_bytes("c", of_version(version));
  Bytes raw;
  mqtt::encode(make_subscribe(raw, "t", {.qos = Qos::kAtLeastOnce}, 7), version, input);
  mqtt::encode(make_publish("t", "hello", Qos::kAtLeastOnce, 9), version, input);
  mqtt::encode(mqtt::Pingreq{}, version, input);
  return input;
}

// E-115, E-110: the same packets, in one segment or cut at every byte.
TEST(Connect, may_have_more_packets_behind_it_in_pieces_of_any_size) {
  for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    const Bytes input = connect_subscribe_publish(version);
    FrontWorld world;
    TestClient& whole = world.open();
    whole.version = version;
    whole.send_raw(input);
    (void)whole.expect<mqtt::Connack>();
    EXPECT_EQ(whole.expect<mqtt::Suback>().packet_id, mqtt::PacketId(7));
    EXPECT_EQ(testkit::text_of(whole.expect<mqtt::Publish>()), "hello");
    (void)whole.expect<mqtt::PublishAck>();
    (void)whole.expect<mqtt::Pingresp>();
    const Bytes expected = whole.take_bytes();
    whole.drop();

    TestClient& cut = world.open();
    cut.version = version;
    cut.send_byte_by_byte(input);
    EXPECT_EQ(cut.take_bytes(), expected);
  }
}

// With more threads SUBACK waits for the others; E-038: a PUBLISH may come before it.
TEST(Connect, may_have_more_packets_behind_it_on_several_threads) {
  for (std::size_t thread = 0; thread < 3; ++thread) {
    FrontWorld world({.thread_count = 3});
    TestClient& client = world.open(thread);
    client.version = ProtocolVersion::k5_0;
    client.send_raw(connect_subscribe_publish(client.version));
    (void)client.expect<mqtt::Connack>();
    (void)client.find<mqtt::Suback>();
    EXPECT_EQ(testkit::text_of(client.find<mqtt::Publish>()), "hello");
    (void)client.find<mqtt::PublishAck>();
    (void)client.find<mqtt::Pingresp>();
    EXPECT_FALSE(client.has_packets());
  }
}

// MQTT-3.1.2-22 does not apply yet; E-109.
TEST(Connect, has_to_be_there_within_its_deadline) {
  FrontWorld world;
  TestClient& silent = world.open();
  TestClient& slow = world.open();
  TestClient& waiting = world.open();
  const Bytes connect = connect_bytes("slow", {});
  world.hold_authentications = true;
  waiting.send_connect("waiting", {});
  for (std::size_t i = 0; i < 4; ++i) {
    slow.send_raw(ByteView(connect).subspan(i, 1));
    world.advance(std::chrono::milliseconds(1'200));
    EXPECT_TRUE(slow.open());
  }
  world.advance(std::chrono::milliseconds(100));
  EXPECT_TRUE(silent.open() && slow.open() && waiting.open());

  world.advance(std::chrono::milliseconds(200));

  for (TestClient* client : {&silent, &slow, &waiting}) {
    EXPECT_TRUE(client->closed);
    EXPECT_TRUE(client->take_bytes().empty());
  }
  EXPECT_EQ(world.connection_count(), 0U);
  // Too late, and for nobody.
  world.answer_authentications();
  EXPECT_EQ(world.metric("godwit_sessions"), 0);
}

TEST(Connect, that_came_in_time_is_not_bound_by_the_deadline_any_more) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  world.advance(std::chrono::hours(24));
  EXPECT_TRUE(client.open());
}

TEST(Connect, whose_connection_has_gone_gets_no_answer_of_the_authenticator) {
  FrontWorld world;
  world.hold_authentications = true;
  const auto accept_all = world.authenticate;
  world.authenticate = [&](const access::Credentials& credentials) {
    auto result = accept_all(credentials);
    if (credentials.client_id == "intruder") {
      result.verdict = access::AuthenticationVerdict::kBadCredentials;
    }
    return result;
  };
  TestClient& gone = world.open();
  gone.send_connect("welcome", {});
  gone.drop();
  // Takes the slot of the one that has gone.
  TestClient& intruder = world.open();
  intruder.send_connect("intruder", {});

  world.answer_authentications();

  EXPECT_EQ(intruder.expect<mqtt::Connack>().reason_code, ReasonCode::kBadUserNameOrPassword);
  EXPECT_TRUE(intruder.closed);
  testkit::expect_gauges_at_zero(world);
}

// MQTT-3.1.2-7, MQTT-3.1.3-2, MQTT-3.2.0-2: one CONNACK a connection; the session, and the will
// with it, is found by the client id alone.
TEST(Connect, finds_the_session_by_the_client_id) {
  FrontWorld world({.thread_count = 2});
  ConnectSpec spec = testkit::kept_v5(100);
  spec.will = testkit::WillSpec{.delay_seconds = 50};
  TestClient& first = world.connect("a", spec);
  subscribe(first, "t", {.qos = Qos::kAtLeastOnce});
  TestClient& watcher = world.connect("watcher");
  subscribe(watcher, "will");
  first.drop();
  for (const char* other : {"A", "a ", "aa"}) {
    TestClient& client = world.open();
    client.send_connect(other, testkit::kept_v5(100));
    EXPECT_FALSE(client.expect<mqtt::Connack>().session_present) << other;
  }
  TestClient& second = world.open(1);
  second.send_connect("a", spec);
  EXPECT_TRUE(second.expect<mqtt::Connack>().session_present);
  EXPECT_FALSE(second.has_packets());
  second.drop();
  world.advance(std::chrono::seconds(51));
  EXPECT_EQ(watcher.take_publishes().size(), 1U);
}

// MQTT-4.12.0-6, -7.
TEST(Connect, knows_no_authentication_exchange_without_a_method) {
  FrontWorld world;
  TestClient& client = world.open();
  client.send_connect("c", {});
  EXPECT_FALSE(
      client.expect<mqtt::Connack>().properties.find(mqtt::PropertyId::kAuthenticationMethod));
  client.send_raw({0xF0, 2, 0x18, 0});
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
}

}  // namespace
}  // namespace godwit
