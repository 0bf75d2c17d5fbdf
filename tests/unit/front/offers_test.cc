// What the server offers of the optional parts of MQTT, and says so: sections 3.2.2.3 and 4.11.
#include <gtest/gtest.h>

#include <string>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PropertyId;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::subscribe;
using testkit::TestClient;
using testkit::WillSpec;
using testkit::WorldOptions;

ConnectSpec of_version(mqtt::ProtocolVersion version) {
  ConnectSpec spec;
  spec.version = version;
  return spec;
}

mqtt::Connack connack_of(FrontWorld& world, const ConnectSpec& spec,
                         std::string_view client_id = "c") {
  TestClient& client = world.open();
  client.send_connect(client_id, spec);
  return client.expect<mqtt::Connack>();
}

WorldOptions offering(const front::Offers& offers) {
  WorldOptions options;
  options.offers = offers;
  return options;
}

// MQTT-3.2.2-9, -10, -11.
TEST(Offers, of_a_lower_qos_are_told_granted_and_enforced) {
  for (const Qos most : {Qos::kAtMostOnce, Qos::kAtLeastOnce}) {
    FrontWorld world(offering({.maximum_qos = most}));
    TestClient& client = world.open();
    client.send_connect("c", {});
    EXPECT_EQ(client.expect<mqtt::Connack>().properties.number(PropertyId::kMaximumQos),
              static_cast<std::uint32_t>(most));
    EXPECT_EQ(subscribe(client, "t", {.qos = Qos::kExactlyOnce}), static_cast<ReasonCode>(most));
    const auto id = static_cast<std::uint16_t>(most == Qos::kAtMostOnce ? 0 : 1);
    client.send(make_publish("t", "x", most, id));
    EXPECT_EQ(client.find<mqtt::Publish>().qos, most);
    EXPECT_TRUE(client.open());
    client.take_publishes();
    client.packets.clear();
    client.send(make_publish("t", "x", Qos::kExactlyOnce, 2));
    EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kQosNotSupported);
    EXPECT_TRUE(client.closed);
  }
}

// MQTT-3.2.2-12.
TEST(Offers, of_a_lower_qos_hold_for_wills) {
  FrontWorld world(offering({.maximum_qos = Qos::kAtLeastOnce}));
  ConnectSpec spec;
  spec.will = WillSpec{.qos = Qos::kAtLeastOnce};
  EXPECT_EQ(connack_of(world, spec).reason_code, ReasonCode::kSuccess);
  spec.will = WillSpec{.qos = Qos::kExactlyOnce};
  EXPECT_EQ(connack_of(world, spec).reason_code, ReasonCode::kQosNotSupported);
}

// MQTT-3.2.2-13, -14; E-043.
TEST(Offers, without_retained_messages_are_told_and_enforced) {
  FrontWorld world(offering({.retained_messages = false}));
  TestClient& client = world.open();
  client.send_connect("c", {});
  EXPECT_EQ(client.expect<mqtt::Connack>().properties.number(PropertyId::kRetainAvailable), 0U);
  // Retain Handling and Retain As Published are accepted without effect.
  EXPECT_EQ(
      subscribe(client, "#",
                {.retain_as_published = true, .retain_handling = mqtt::RetainHandling::kSendIfNew}),
      ReasonCode::kSuccess);
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.send(make_publish("t", "x"));
  EXPECT_FALSE(client.expect<mqtt::Publish>().retain);
  publisher.send(make_publish("t", "x", Qos::kAtMostOnce, 0, true));
  EXPECT_EQ(publisher.expect<mqtt::Disconnect>().reason_code, ReasonCode::kRetainNotSupported);
  EXPECT_FALSE(client.has_packets());
  world.publish_internal("sys", "x");
  EXPECT_FALSE(client.expect<mqtt::Publish>().retain);
  EXPECT_EQ(world.metric("godwit_retained_messages"), 0);

  ConnectSpec spec;
  spec.will = WillSpec{.retain = true};
  EXPECT_EQ(connack_of(world, spec, "w").reason_code, ReasonCode::kRetainNotSupported);
}

// MQTT-3.1.2-28.
TEST(Offers, of_response_information_are_told_to_whoever_asks) {
  FrontWorld world(offering({.response_information = "replies/%c/"}));
  const auto told = [&](std::optional<bool> asks, std::string_view id) {
    ConnectSpec spec;
    spec.request_response_information = asks;
    const auto connack = connack_of(world, spec, id);
    return std::string(connack.properties.text(PropertyId::kResponseInformation).value_or("-"));
  };
  EXPECT_EQ(told(std::nullopt, "c"), "-");
  EXPECT_EQ(told(false, "c"), "-");
  EXPECT_EQ(told(true, "c"), "replies/c/");
  EXPECT_EQ(told(true, "a/b"), "replies/a/b/");
  EXPECT_EQ(told(true, "+"), "-");
  FrontWorld silent;
  ConnectSpec spec;
  spec.request_response_information = true;
  EXPECT_FALSE(connack_of(silent, spec).properties.find(PropertyId::kResponseInformation));
}

// MQTT-3.2.2-22 and section 4.11.
TEST(Offers, of_another_server_refuse_everybody_with_its_address) {
  for (const bool moved : {false, true}) {
    FrontWorld world(
        offering({.server_reference = "mqtt2.example.org:1883", .server_has_moved = moved}));
    const auto connack = connack_of(world, {});
    EXPECT_EQ(connack.reason_code,
              moved ? ReasonCode::kServerMoved : ReasonCode::kUseAnotherServer);
    EXPECT_EQ(connack.properties.text(PropertyId::kServerReference), "mqtt2.example.org:1883");
    // Not at the price of its limit: the code goes alone.
    ConnectSpec small;
    small.maximum_packet_size = 10;
    EXPECT_TRUE(connack_of(world, small).properties.empty());
    // MQTT-4.13.2-1: closed, said or not.
    small.maximum_packet_size = 4;
    TestClient& mute = world.open();
    mute.send_connect("c", small);
    EXPECT_TRUE(mute.closed && mute.take_bytes().empty());
    TestClient& old = world.open();
    old.send_connect("c", of_version(mqtt::ProtocolVersion::k3_1_1));
    EXPECT_TRUE(old.closed);
    EXPECT_EQ(world.metric("godwit_sessions"), 0);
  }
}

// MQTT-3.14.2-3, MQTT-3.2.2-19: an explanation, as long as it fits.
TEST(Offers, of_an_explanation_go_with_refusals_that_have_one) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  client.send_raw({0x36, 3, 0, 1, 't'});
  const auto disconnect = client.expect<mqtt::Disconnect>();
  EXPECT_EQ(disconnect.reason_code, ReasonCode::kMalformedPacket);
  EXPECT_FALSE(disconnect.properties.text(PropertyId::kReasonString).value_or("").empty());

  ConnectSpec small;
  small.maximum_packet_size = 20;
  TestClient& narrow = world.connect("n", small);
  narrow.send_raw({0x32, 6, 0, 1, 't', 0, 0, 0});
  const auto short_one = narrow.expect<mqtt::Disconnect>();
  EXPECT_EQ(short_one.reason_code, ReasonCode::kProtocolError);
  EXPECT_TRUE(short_one.properties.empty());

  TestClient& refused = world.open();
  refused.version = mqtt::ProtocolVersion::k5_0;
  refused.send_raw({0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 5, 0x03, 0, 0, 0, 0, 0});
  const auto connack = refused.expect<mqtt::Connack>();
  EXPECT_EQ(connack.reason_code, ReasonCode::kMalformedPacket);
  EXPECT_FALSE(connack.properties.text(PropertyId::kReasonString).value_or("").empty());
}

// E-084, MQTT-3.1.2-29; MQTT-3.4.2-2, MQTT-3.5.2-2, MQTT-3.6.2-2, MQTT-3.7.2-2, MQTT-3.9.2-1,
// MQTT-3.11.2-1: acknowledgements carry no property at all, so none that is too much.
TEST(Offers, of_an_explanation_do_not_go_with_acknowledgements) {
  FrontWorld world;
  ConnectSpec spec;
  spec.request_problem_information = false;
  TestClient& client = world.connect("c", spec);
  client.send(make_publish("$SYS/x", "x", Qos::kAtLeastOnce, 1));
  client.send(make_publish("$SYS/x", "x", Qos::kExactlyOnce, 2));
  client.send(testkit::make_ack(mqtt::PacketType::kPubrel, mqtt::PacketId(9)));
  client.send(testkit::make_ack(mqtt::PacketType::kPubrec, mqtt::PacketId(9)));
  for (int i = 0; i < 4; ++i) {
    const auto ack = client.expect<mqtt::PublishAck>();
    EXPECT_TRUE(mqtt::is_error(ack.reason_code));
    EXPECT_TRUE(ack.properties.empty());
  }
  Bytes raw;
  client.send(testkit::make_subscribe(raw, "t"));
  EXPECT_TRUE(client.expect<mqtt::Suback>().properties.empty());
  raw.clear();
  client.send(testkit::make_unsubscribe(raw, "nothing"));
  EXPECT_TRUE(client.expect<mqtt::Unsuback>().properties.empty());
}

}  // namespace
}  // namespace godwit
