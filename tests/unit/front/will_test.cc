// Wills: when they are published, when not, and what is in them.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using std::chrono::seconds;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;
using testkit::WillSpec;

ConnectSpec with_will(std::uint32_t session_expiry, std::uint32_t delay) {
  ConnectSpec spec = kept_v5(session_expiry);
  spec.will = WillSpec{.delay_seconds = delay};
  return spec;
}

// A world with somebody who watches the topic "will".
struct WatchedWorld {
  FrontWorld world;
  TestClient& watcher = world.connect("watcher", ConnectSpec{});

  WatchedWorld() {
    subscribe(watcher, "will/#", {.qos = Qos::kExactlyOnce, .retain_as_published = true});
  }
  std::size_t wills() { return watcher.take_publishes().size(); }
  TestClient& client(const ConnectSpec& spec) { return world.connect("c", spec); }
};

// MQTT-3.1.2-8, MQTT311-3.1.2-8, MQTT311-3.1.0-2: every way to go but one. MQTT311-3.1.2-10: once.
TEST(Will, is_published_however_the_connection_ends) {
  for (const auto version : {ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    ConnectSpec spec;
    spec.version = version;
    spec.keep_alive_seconds = 10;
    spec.will = WillSpec{};
    WatchedWorld watched;
    watched.client(spec).drop();
    EXPECT_EQ(watched.wills(), 1U) << "lost";
    watched.client(spec).send_raw({0x00, 0x00});
    EXPECT_EQ(watched.wills(), 1U) << "protocol error";
    watched.client(spec).send_raw({0xE1, 0x00});
    EXPECT_EQ(watched.wills(), 1U) << "malformed DISCONNECT";  // MQTT-3.14.1-1
    watched.client(spec).send_connect("c", spec);
    EXPECT_EQ(watched.wills(), 1U) << "second CONNECT";  // MQTT-3.1.0-2
    watched.client(spec);
    watched.world.advance(seconds(16));
    EXPECT_EQ(watched.wills(), 1U) << "keep alive";
    EXPECT_EQ(watched.world.metric("godwit_wills_published_total"), 5);
  }
}

// MQTT-3.1.2-10, MQTT-3.14.4-3, MQTT311-3.1.2-10, MQTT311-3.14.4-3: also not later, with a delay.
TEST(Will, is_discarded_by_a_disconnect_with_0x00) {
  WatchedWorld watched;
  for (const ConnectSpec& spec : {with_will(60, 0), with_will(60, 5), with_will(0, 0)}) {
    watched.client(spec).send(mqtt::Disconnect{});
    watched.world.advance(seconds(100));
    EXPECT_EQ(watched.wills(), 0U);
  }
  ConnectSpec old = with_will(0, 0);
  old.version = ProtocolVersion::k3_1_1;
  watched.client(old).send(mqtt::Disconnect{});
  EXPECT_EQ(watched.wills(), 0U);
}

// E-017, E-018.
TEST(Will, follows_a_disconnect_with_another_code_by_its_delay) {
  for (const auto code : {ReasonCode::kDisconnectWithWill, ReasonCode::kUnspecifiedError,
                          ReasonCode::kImplementationSpecificError, ReasonCode::kQuotaExceeded}) {
    WatchedWorld watched;
    watched.client(with_will(60, 3)).send(mqtt::Disconnect{.reason_code = code});
    watched.world.advance(seconds(2));
    EXPECT_EQ(watched.wills(), 0U);
    watched.world.advance(seconds(2));
    EXPECT_EQ(watched.wills(), 1U);
    watched.world.advance(seconds(60));
    watched.client(with_will(0, 60)).send(mqtt::Disconnect{.reason_code = code});
    EXPECT_EQ(watched.wills(), 1U);  // E-018: the session has ended.
  }
}

// E-012.
TEST(Will, does_not_wait_longer_than_its_session) {
  WatchedWorld watched;
  watched.client(with_will(2, 60)).drop();
  watched.world.advance(seconds(1));
  EXPECT_EQ(watched.wills(), 0U);
  watched.world.advance(seconds(2));
  EXPECT_EQ(watched.wills(), 1U);
  watched.world.advance(seconds(100));
  EXPECT_EQ(watched.wills(), 0U);
}

// E-013.
TEST(Will, without_a_delay_is_published_at_once_though_the_session_goes_on) {
  WatchedWorld watched;
  watched.client(with_will(60, 0)).drop();
  EXPECT_EQ(watched.wills(), 1U);
  EXPECT_EQ(watched.world.metric("godwit_sessions"), 2);
}

// MQTT-3.1.3-9, E-014, E-015.
TEST(Will, is_dropped_if_the_session_is_resumed_in_time_and_published_if_it_is_replaced) {
  WatchedWorld watched;
  watched.client(with_will(60, 3)).drop();
  watched.world.advance(seconds(1));
  TestClient& back = watched.client(kept_v5(60));
  watched.world.advance(seconds(10));
  EXPECT_EQ(watched.wills(), 0U);
  back.drop();
  watched.world.advance(seconds(10));
  EXPECT_EQ(watched.wills(), 0U);  // The new connection had none.

  watched.client(with_will(60, 3)).drop();
  watched.world.advance(seconds(1));
  watched.client(ConnectSpec{});
  EXPECT_EQ(watched.wills(), 1U);  // E-015
}

// MQTT-3.1.2-10: once.
TEST(Will, is_forgotten_once_it_was_published) {
  WatchedWorld watched;
  watched.client(with_will(60, 0)).drop();
  EXPECT_EQ(watched.wills(), 1U);
  watched.client(kept_v5(60)).drop();
  watched.world.advance(seconds(100));
  EXPECT_EQ(watched.wills(), 0U);
}

// The timers of one session: will and expiry, in any order, moved by each connection.
TEST(Will, keeps_its_time_over_many_comings_and_goings) {
  WatchedWorld watched;
  for (std::uint32_t delay = 20; delay > 1; --delay) {
    watched.client(with_will(60, delay)).drop();
    watched.world.advance(seconds(1));
    EXPECT_EQ(watched.wills(), 0U) << delay;
  }
  watched.client(with_will(60, 5)).drop();
  watched.world.advance(seconds(4));
  EXPECT_EQ(watched.wills(), 0U);
  watched.world.advance(seconds(2));
  EXPECT_EQ(watched.wills(), 1U);
}

// MQTT-3.1.2-14, MQTT-3.1.2-15, MQTT-3.1.2-12, E-020.
TEST(Will, is_published_with_its_qos_and_kept_if_it_says_so) {
  for (const int qos : {0, 1, 2}) {
    for (const bool retain : {false, true}) {
      WatchedWorld watched;
      ConnectSpec spec;
      spec.will = WillSpec{.qos = Qos(qos), .retain = retain};
      watched.client(spec).drop();
      const auto will = watched.watcher.expect<mqtt::Publish>();
      EXPECT_EQ(will.qos, Qos(qos));
      EXPECT_EQ(will.retain, retain);
      EXPECT_EQ(text_of(will), "gone");
      TestClient& late = watched.world.connect("late");
      subscribe(late, "will");
      EXPECT_EQ(late.has_packets(), retain);
    }
  }
  WatchedWorld watched;
  ConnectSpec spec;
  spec.will = WillSpec{.payload = "", .retain = true};
  watched.watcher.send(make_publish("will", "alive", Qos::kAtMostOnce, 0, true));
  watched.client(spec).drop();
  EXPECT_EQ(watched.world.metric("godwit_retained_messages"), 0);
}

// E-019, E-020, MQTT-3.1.3-10.
TEST(Will, is_passed_on_with_its_properties_but_without_its_delay) {
  WatchedWorld watched;
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(mqtt::PropertyId::kPayloadFormatIndicator, 1);
  writer.text(mqtt::PropertyId::kContentType, "text/plain");
  writer.text(mqtt::PropertyId::kResponseTopic, "answers");
  writer.text(mqtt::PropertyId::kCorrelationData, "7");
  for (const char* value : {"1", "2", "1"}) {
    writer.pair("a", value);
  }
  const Bytes passed_on = properties;
  writer.number(mqtt::PropertyId::kWillDelayInterval, 3);
  writer.number(mqtt::PropertyId::kMessageExpiryInterval, 10);
  mqtt::Connect connect = FrontWorld::v5_connect();
  connect.will.emplace();
  connect.will->topic = mqtt::TopicName::from_checked("will");
  connect.will->payload = as_bytes("x");
  connect.will->properties = mqtt::PropertiesView::from_checked(properties);
  Bytes session;
  mqtt::PropertiesWriter(session).number(mqtt::PropertyId::kSessionExpiryInterval, 60);
  connect.properties = mqtt::PropertiesView::from_checked(session);
  watched.world.connect("c", connect).drop();
  watched.world.advance(seconds(4));

  const auto will = watched.watcher.expect<mqtt::Publish>();
  EXPECT_EQ(will.message_expiry_interval, 10U);
  Bytes expected;
  mqtt::PropertiesWriter(expected).number(mqtt::PropertyId::kMessageExpiryInterval, 10);
  append(expected, passed_on);
  EXPECT_EQ(will.properties, mqtt::PropertiesView::from_checked(expected));
}

// E-021, E-116: a will that may not be is told at once.
TEST(Will, that_the_rules_do_not_allow_keeps_its_client_out) {
  const auto policy = *access::Policy::parse(
      "deny everyone publish forbidden/#\n"
      "allow everyone any #\n",
      "rules");
  FrontWorld world({.policy = policy});
  ConnectSpec spec;
  for (const char* topic : {"forbidden/t", "$SYS/x", "$SYS"}) {
    spec.will = WillSpec{.topic = topic};
    spec.version = ProtocolVersion::k5_0;
    TestClient& young = world.open();
    young.send_connect("c", spec);
    EXPECT_EQ(young.expect<mqtt::Connack>().reason_code, ReasonCode::kNotAuthorized) << topic;
    spec.version = ProtocolVersion::k3_1_1;
    TestClient& old = world.open();
    old.send_connect("c", spec);
    EXPECT_EQ(old.take_bytes(), testkit::bytes({0x20, 2, 0, 5}));
    EXPECT_TRUE(old.closed && young.closed);
  }
  testkit::expect_gauges_at_zero(world);
}

// E-022.
TEST(Will, of_a_refused_connect_changes_nothing) {
  WatchedWorld watched;
  const auto accept_all = watched.world.authenticate;
  TestClient& c = watched.client(with_will(60, 0));
  watched.world.authenticate = [](const access::Credentials&) {
    return access::AuthenticationResult{};
  };
  TestClient& intruder = watched.world.open();
  ConnectSpec spec = with_will(60, 0);
  spec.will->payload = "forged";
  intruder.send_connect("c", spec);
  EXPECT_TRUE(intruder.closed);
  EXPECT_TRUE(c.open());
  EXPECT_EQ(watched.wills(), 0U);
  c.drop();
  EXPECT_EQ(texts_of(watched.watcher.take_publishes()), std::vector<std::string>{"gone"});
}

}  // namespace
}  // namespace godwit
