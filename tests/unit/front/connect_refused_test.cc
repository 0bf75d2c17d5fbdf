// CONNECT that is refused: with which bytes, and that it has no effect on anybody.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using access::AuthenticationVerdict;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::bytes;
using testkit::connect_bytes;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::TestClient;
using testkit::WorldOptions;

// What a fresh connection gets for these bytes; the broker must have closed it.
// A CONNACK without the explanation in it.
Bytes without_reason_string(Bytes packet) {
  constexpr std::size_t kFirstProperty = 5;
  if (packet.size() > kFirstProperty && packet[kFirstProperty] == std::byte{0x1F}) {
    packet.resize(kFirstProperty);
    packet[1] = std::byte{3};
    packet[4] = std::byte{0};
  }
  return packet;
}

Bytes refusal_of(ByteView input, ProtocolVersion version, const WorldOptions& options = {}) {
  FrontWorld world(options);
  TestClient& client = world.open();
  client.version = version;
  client.send_raw(input);
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(world.metric("godwit_connects_accepted_total"), 0);
  testkit::expect_gauges_at_zero(world);
  return without_reason_string(client.take_bytes());
}

// A CONNECT with nothing but a client id "c", as free as a wrong sender is.
Bytes raw_connect(std::string_view name, int level, int flags = 0x02) {
  Bytes body = bytes({0, static_cast<int>(name.size())});
  append(body, as_bytes(name));
  append(body, bytes({level, flags, 0, 0}));
  if (level >= 5) {
    append(body, bytes({0}));
  }
  append(body, bytes({0, 1, 'c'}));
  Bytes packet = bytes({0x10, static_cast<int>(body.size())});
  append(packet, body);
  return packet;
}

const Bytes kNothing;
const Bytes kReturnCode1 = bytes({0x20, 2, 0, 1});

Bytes v5_refusal(ReasonCode code) { return bytes({0x20, 3, 0, static_cast<int>(code), 0}); }

// MQTT-3.1.2-1, MQTT-3.1.2-2, MQTT311-3.1.2-1, -2, E-094.
TEST(ConnectRefused, for_a_protocol_that_is_not_served) {
  const Bytes v5 = v5_refusal(ReasonCode::kUnsupportedProtocolVersion);
  for (const int level : {0, 1, 2, 3}) {
    EXPECT_EQ(refusal_of(raw_connect("MQTT", level), ProtocolVersion::k3_1_1), kReturnCode1);
  }
  for (const int level : {6, 127, 0x83, 0x84, 255}) {
    EXPECT_EQ(refusal_of(raw_connect("MQTT", level), ProtocolVersion::k5_0), v5);
  }
  EXPECT_EQ(refusal_of(raw_connect("MQIsdp", 4), ProtocolVersion::k3_1_1), kReturnCode1);
  EXPECT_EQ(refusal_of(raw_connect("MQIsdp", 5), ProtocolVersion::k5_0), v5);
  for (const char* name : {"mqtt", "MQTU", "MQT", "MQTTT", ""}) {
    EXPECT_EQ(refusal_of(raw_connect(name, 4), ProtocolVersion::k3_1_1), kReturnCode1) << name;
    EXPECT_EQ(refusal_of(raw_connect(name, 5), ProtocolVersion::k5_0), v5) << name;
  }
}

// MQTT-3.1.2-3, -11, -12, -13; MQTT311-3.1.2-3, -11, -13, -14, -15. MQTT311-3.1.4-1,
// MQTT311-3.2.2-6: 3.x is closed without a word, because no return code says what is wrong.
TEST(ConnectRefused, for_wrong_flags) {
  for (const int flags : {0x03, 0x0A, 0x12, 0x22, 0x1E}) {
    EXPECT_EQ(refusal_of(raw_connect("MQTT", 5, flags), ProtocolVersion::k5_0),
              v5_refusal(ReasonCode::kMalformedPacket));
    EXPECT_EQ(refusal_of(raw_connect("MQTT", 4, flags), ProtocolVersion::k3_1_1), kNothing);
  }
}

ConnectSpec full(ProtocolVersion version) {
  ConnectSpec spec;
  spec.version = version;
  spec.keep_alive_seconds = 30;
  spec.session_expiry_seconds = 60;
  spec.receive_maximum = 10;
  spec.will = testkit::WillSpec{.qos = Qos::kAtLeastOnce, .retain = true, .delay_seconds = 5};
  spec.user_name = "user";
  spec.password = "secret";
  return spec;
}

// MQTT-3.1.4-1: cut short at every byte, or with one too many, the length field being right.
TEST(ConnectRefused, if_it_is_cut_short_or_too_long) {
  for (const auto version :
       {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    ConnectSpec spec = full(version);
    if (version == ProtocolVersion::k3_1) {
      spec.user_name.reset();  // E-099: there the flags may be set and the data missing.
      spec.password.reset();
    }
    const Bytes whole = connect_bytes("client", spec);
    for (std::size_t size = 2; size <= whole.size() + 1; ++size) {
      if (size == whole.size()) {
        continue;
      }
      Bytes wrong(whole.begin(),
                  whole.begin() + static_cast<std::ptrdiff_t>(std::min(size, whole.size())));
      wrong.resize(size);
      wrong[1] = std::byte(size - 2);
      const Bytes answer = refusal_of(wrong, version);
      if (!mqtt::is_v5(version)) {
        EXPECT_EQ(answer, kNothing) << size;
      } else if (!answer.empty()) {
        EXPECT_EQ(answer, v5_refusal(ReasonCode::kMalformedPacket)) << size;
      }
    }
  }
}

// MQTT-3.1.0-1, MQTT-3.14.0-1, MQTT311-3.1.0-1: nothing is sent to whoever does not begin with
// CONNECT.
TEST(ConnectRefused, without_a_word_if_something_else_comes_first) {
  for (int type = 0; type < 16; ++type) {
    if (type == 1) {
      continue;
    }
    for (const Bytes& input :
         {bytes({type << 4, 0}), bytes({type << 4 | 2, 2, 0, 1}), bytes({type << 4, 3, 0, 1, 'x'}),
          // Too large before CONNECT, and a length field that never ends.
          bytes({type << 4, 0xFF, 0xFF, 0xFF, 0x7F}), bytes({type << 4, 0xFF, 0xFF, 0xFF, 0xFF})}) {
      EXPECT_EQ(refusal_of(input, ProtocolVersion::k5_0), kNothing) << "type " << type;
    }
  }
  EXPECT_EQ(
      refusal_of(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n, and so on "
                          "until the packet is complete"),
                 ProtocolVersion::k5_0),
      kNothing);
}

// E-059: 64 KiB before authentication, told from the length field.
TEST(ConnectRefused, over_64_kib) {
  ConnectSpec spec;
  spec.user_name = std::string(60'000, 'u');
  const std::size_t rest = connect_bytes("c", spec).size();
  spec.password = std::string(65'536 - rest - 2, 'p');
  const Bytes largest = connect_bytes("c", spec);
  ASSERT_EQ(largest.size(), 65'536U);
  FrontWorld world;
  TestClient& client = world.open();
  client.version = ProtocolVersion::k5_0;
  client.send_raw(largest);
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, ReasonCode::kSuccess);

  *spec.password += "p";
  const Bytes too_large = connect_bytes("c", spec);
  EXPECT_EQ(refusal_of(ByteView(too_large).first(5), ProtocolVersion::k5_0),
            v5_refusal(ReasonCode::kPacketTooLarge));
}

// MQTT-3.1.3-8, MQTT311-3.1.3-7, -8, -9, MQTT311-3.2.2-5, E-082, E-096.
TEST(ConnectRefused, for_a_client_id_that_is_not_accepted) {
  const Bytes return_code_2 = bytes({0x20, 2, 0, 2});
  ConnectSpec spec;
  EXPECT_EQ(refusal_of(connect_bytes(std::string(1'025, 'c'), spec), spec.version),
            v5_refusal(ReasonCode::kClientIdentifierNotValid));
  spec.version = ProtocolVersion::k3_1_1;
  EXPECT_EQ(refusal_of(connect_bytes(std::string(1'025, 'c'), spec), spec.version), return_code_2);
  spec.clean_start = false;
  EXPECT_EQ(refusal_of(connect_bytes("", spec), spec.version), return_code_2);
  spec.version = ProtocolVersion::k3_1;
  EXPECT_EQ(refusal_of(connect_bytes("", spec), spec.version), return_code_2);
  spec.clean_start = true;
  EXPECT_EQ(refusal_of(connect_bytes("", spec), spec.version), return_code_2);
}

// MQTT-4.12.0-1; E-119: data without a method; E-049, E-055: zero is no maximum.
TEST(ConnectRefused, for_properties_that_cannot_be_served) {
  const auto with_property = [](std::initializer_list<int> property) {
    Bytes packet = raw_connect("MQTT", 5);
    packet.insert(packet.begin() + 13, property.size(), std::byte{});
    std::transform(property.begin(), property.end(), packet.begin() + 13,
                   [](int value) { return std::byte(value); });
    packet[12] = std::byte(property.size());
    packet[1] = std::byte(packet.size() - 2);
    return packet;
  };
  EXPECT_EQ(refusal_of(with_property({0x15, 0, 1, 'x'}), ProtocolVersion::k5_0),
            v5_refusal(ReasonCode::kBadAuthenticationMethod));
  EXPECT_EQ(refusal_of(with_property({0x16, 0, 1, 'x'}), ProtocolVersion::k5_0),
            v5_refusal(ReasonCode::kProtocolError));
  EXPECT_EQ(refusal_of(with_property({0x21, 0, 0}), ProtocolVersion::k5_0),
            v5_refusal(ReasonCode::kProtocolError));
  EXPECT_EQ(refusal_of(with_property({0x27, 0, 0, 0, 0}), ProtocolVersion::k5_0),
            v5_refusal(ReasonCode::kProtocolError));
}

// E-058, MQTT-3.14.0-1: not even a DISCONNECT, which would fit.
TEST(ConnectRefused, if_the_client_cannot_take_the_connack) {
  for (std::uint32_t size = 1; size <= 16; ++size) {
    FrontWorld world;
    TestClient& client = world.open();
    ConnectSpec spec;
    spec.maximum_packet_size = size;
    client.send_connect("c", spec);
    EXPECT_EQ(client.closed, size < 16) << size;
    EXPECT_EQ(client.take_bytes().size(), size < 16 ? 0U : 16U);
    EXPECT_EQ(world.metric("godwit_sessions"), size < 16 ? 0 : 1);
  }
}

// MQTT-3.1.4-2, MQTT-3.2.2-7, MQTT311-3.2.2-4, -5, E-116, E-117.
TEST(ConnectRefused, by_the_authenticator_in_the_words_of_the_version) {
  struct Row {
    AuthenticationVerdict verdict;
    ReasonCode v5;
    int return_code;
  };
  for (const Row& row :
       {Row{AuthenticationVerdict::kBadCredentials, ReasonCode::kBadUserNameOrPassword, 4},
        Row{AuthenticationVerdict::kNotAuthorized, ReasonCode::kNotAuthorized, 5},
        Row{AuthenticationVerdict::kBusy, ReasonCode::kServerBusy, 3},
        Row{AuthenticationVerdict::kUnavailable, ReasonCode::kServerUnavailable, 3}}) {
    FrontWorld world;
    world.authenticate = [&](const access::Credentials&) {
      return access::AuthenticationResult{.verdict = row.verdict, .principal = {}};
    };
    ConnectSpec spec;
    TestClient& young = world.open();
    young.send_connect("c", spec);
    EXPECT_EQ(young.take_bytes(), v5_refusal(row.v5));
    spec.version = ProtocolVersion::k3_1_1;
    TestClient& old = world.open();
    old.send_connect("c", spec);
    EXPECT_EQ(old.take_bytes(), bytes({0x20, 2, 0, row.return_code}));
    EXPECT_TRUE(young.closed && old.closed);
    testkit::expect_gauges_at_zero(world);
  }
}

// MQTT-3.1.4-6, E-041, E-022.
TEST(ConnectRefused, takes_what_was_sent_behind_it_with_it) {
  FrontWorld world;
  world.hold_authentications = true;
  TestClient& intruder = world.open();
  const auto accept_all = world.authenticate;
  world.authenticate = [](const access::Credentials&) {
    return access::AuthenticationResult{.verdict = AuthenticationVerdict::kBadCredentials,
                                        .principal = {}};
  };
  ConnectSpec spec = testkit::kept_v5();
  spec.will = testkit::WillSpec{.topic = "t"};
  intruder.push_connect("intruder", spec);
  intruder.push(make_publish("t", "forged", Qos::kAtMostOnce, 0, true));
  world.settle();
  world.answer_authentications();
  EXPECT_TRUE(intruder.closed);

  world.hold_authentications = false;
  world.authenticate = accept_all;
  TestClient& reader = world.connect("reader");
  subscribe(reader, "#");
  world.advance(std::chrono::hours(1));
  EXPECT_FALSE(reader.has_packets());
  EXPECT_EQ(world.metric("godwit_publish_received_total"), 0);
  EXPECT_EQ(world.metric("godwit_retained_messages"), 0);
}

// P-17, E-022: neither the session, nor its connection, nor its will.
TEST(ConnectRefused, with_somebody_elses_client_id_leaves_that_session_alone) {
  FrontWorld world;
  TestClient& watcher = world.connect("watcher");
  subscribe(watcher, "will");
  ConnectSpec owner = testkit::kept_v5();
  owner.user_name = "alice";
  owner.will = testkit::WillSpec{};
  TestClient& alice = world.connect("shared-id", owner);
  subscribe(alice, "t", {.qos = Qos::kAtLeastOnce});

  for (const bool online : {true, false}) {
    if (!online) {
      alice.drop();
      EXPECT_EQ(watcher.take_publishes().size(), 1U);  // Her will, by her own loss.
    }
    for (const bool clean : {true, false}) {
      for (const char* user : {"mallory", ""}) {
        ConnectSpec other = testkit::kept_v5();
        other.clean_start = clean;
        if (*user != '\0') {
          other.user_name = user;
        }
        TestClient& mallory = world.open();
        mallory.send_connect("shared-id", other);
        EXPECT_EQ(mallory.take_bytes(), v5_refusal(ReasonCode::kClientIdentifierNotValid));
        EXPECT_TRUE(mallory.closed);
      }
    }
    EXPECT_EQ(alice.closed, false);
    EXPECT_FALSE(watcher.has_packets());
  }

  TestClient& again = world.open();
  again.send_connect("shared-id", owner);
  EXPECT_TRUE(again.expect<mqtt::Connack>().session_present);
  watcher.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(testkit::text_of(again.expect<mqtt::Publish>()), "x");
}

}  // namespace
}  // namespace godwit
