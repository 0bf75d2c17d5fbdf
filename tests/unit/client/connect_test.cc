// The beginning of a connection: what CONNECT says, and what the client makes of CONNACK.
#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;

ClientSettings everything() {
  ClientSettings settings = kept();
  settings.clean_start = false;
  settings.keep_alive_seconds = 30;
  settings.user_name = "anna";
  settings.password = "secret";
  settings.will = WillSettings{"w", "gone", kQos1, true, 5};
  settings.user_properties = {{"k", "v"}};
  settings.limits.receive_maximum = 7;
  settings.limits.codec.maximum_packet_size = 1'000;
  return settings;
}

// MQTT-3.1.0-1, MQTT-3.1.2-9, MQTT-3.1.2-17, MQTT-3.1.2-19, MQTT-3.1.3-1
TEST(Connect, says_all_of_the_settings) {
  Session session(everything());
  session.begin();
  const auto connect = session.only_sent<mqtt::Connect>();
  EXPECT_EQ(connect.version, mqtt::ProtocolVersion::k5_0);
  EXPECT_EQ(connect.client_id, "c");
  EXPECT_FALSE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive_seconds, 30);
  EXPECT_EQ(connect.user_name, "anna");
  EXPECT_EQ(as_text(connect.password.value()), "secret");
  EXPECT_EQ(connect.properties.number(PropertyId::kSessionExpiryInterval), 3'600U);
  EXPECT_EQ(connect.properties.number(PropertyId::kReceiveMaximum), 7U);
  EXPECT_EQ(connect.properties.number(PropertyId::kMaximumPacketSize), 1'000U);
  EXPECT_EQ(connect.properties.find(PropertyId::kUserProperty).value().value, "v");
  ASSERT_TRUE(connect.will.has_value());
  EXPECT_EQ(connect.will->topic.text(), "w");
  EXPECT_EQ(as_text(connect.will->payload), "gone");
  EXPECT_EQ(connect.will->qos, kQos1);
  EXPECT_TRUE(connect.will->retain);
  EXPECT_EQ(connect.will->properties.number(PropertyId::kWillDelayInterval), 5U);
}

// MQTT-3.1.2-11, -13, -16, -18: no flag without its field.
TEST(Connect, leaves_out_what_is_not_set) {
  for (const ClientSettings& settings : {ClientSettings{}, v311()}) {
    Session session(settings);
    session.begin();
    const auto connect = session.only_sent<mqtt::Connect>();
    EXPECT_FALSE(connect.will || connect.user_name || connect.password);
    EXPECT_TRUE(connect.clean_start);
    EXPECT_EQ(connect.version, settings.version);
    EXPECT_FALSE(connect.properties.find(PropertyId::kTopicAliasMaximum));
  }
}

TEST(Connect, is_online_after_connack) {
  Session session;
  session.begin();
  EXPECT_TRUE(session.client.open());
  EXPECT_FALSE(session.client.online());
  session.sent();
  Bytes list;
  mqtt::PropertiesWriter(list).text(PropertyId::kAssignedClientIdentifier, "made-up");
  session.receive(mqtt::Connack{.properties = mqtt::PropertiesView::from_checked(list)});
  EXPECT_TRUE(session.client.online());
  EXPECT_EQ(session.client.client_id(), "made-up");
  EXPECT_EQ(session.events.take(), Lines{"connected"});
}

TEST(Connect, tells_of_a_refusal_and_where_else_to_go) {
  Session session;
  session.begin();
  session.sent();
  Bytes list;
  mqtt::PropertiesWriter(list).text(PropertyId::kServerReference, "elsewhere");
  mqtt::PropertiesWriter(list).text(PropertyId::kReasonString, "full, try ");
  session.receive(mqtt::Connack{.reason_code = ReasonCode::kUseAnotherServer,
                                .properties = mqtt::PropertiesView::from_checked(list)});
  EXPECT_EQ(session.events.take(), Lines{"refused use_another_server full, try elsewhere"});
  EXPECT_FALSE(session.client.open());
  EXPECT_TRUE(session.sent().empty());
}

TEST(Connect, reads_the_return_codes_of_3_1_1) {
  Session session(v311());
  session.begin();
  session.sent();
  session.receive(mqtt::Connack{.reason_code = ReasonCode::kBadUserNameOrPassword});
  EXPECT_EQ(session.events.take(), Lines{"refused bad_user_name_or_password "});
}

TEST(Connect, reads_all_of_the_offer) {
  Session session;
  session.connect(properties({{PropertyId::kReceiveMaximum, 3},
                              {PropertyId::kMaximumQos, 1},
                              {PropertyId::kRetainAvailable, 0},
                              {PropertyId::kMaximumPacketSize, 90},
                              {PropertyId::kWildcardSubscriptionAvailable, 0},
                              {PropertyId::kSubscriptionIdentifierAvailable, 0},
                              {PropertyId::kSharedSubscriptionAvailable, 0},
                              {PropertyId::kServerKeepAlive, 11},
                              {PropertyId::kSessionExpiryInterval, 12}}));
  const ServerOffer& offer = session.client.offer();
  EXPECT_EQ(offer.receive_maximum, 3);
  EXPECT_EQ(offer.maximum_qos, kQos1);
  EXPECT_EQ(offer.maximum_packet_size, 90U);
  EXPECT_FALSE(offer.retain_available || offer.wildcard_subscription_available ||
               offer.subscription_identifier_available || offer.shared_subscription_available);
  EXPECT_EQ(offer.server_keep_alive_seconds, 11);
  EXPECT_EQ(offer.session_expiry_seconds, 12U);
}

TEST(Connect, gives_up_without_connack) {
  Session session;
  session.begin();
  session.advance(seconds(29));
  EXPECT_EQ(session.events.take(), Lines{});
  session.advance(seconds(1));
  EXPECT_EQ(session.events.take(),
            Lines{"disconnected by unanswering: unspecified_error no CONNACK in time"});
  EXPECT_FALSE(session.client.open());
  EXPECT_TRUE(session.client.output().empty());
  EXPECT_EQ(session.client.next_deadline(), kNever);
}

// MQTT-3.2.2-4
TEST(Connect, closes_on_a_session_that_it_does_not_know) {
  for (const bool clean_start : {true, false}) {
    ClientSettings settings = kept();
    settings.clean_start = clean_start;
    Session session(settings);
    session.connect({}, true);
    EXPECT_EQ(session.events.take(), Lines{"disconnected by bad packet: protocol_error the server "
                                           "has a session that we do not know"});
    EXPECT_TRUE(session.sent().empty());
  }
}

TEST(Connect, adopts_a_session_if_it_was_told_to) {
  ClientSettings settings = kept();
  settings.clean_start = false;
  settings.adopts_session = true;
  Session session(settings);
  session.connect({}, true);
  EXPECT_EQ(session.events.take(), Lines{"connected, session present"});
}

TEST(Connect, does_not_connect_under_no_name) {
  Session session;
  session.begin();
  session.receive(mqtt::Connack{});
  EXPECT_EQ(session.events.take(), Lines{"disconnected by bad packet: protocol_error CONNACK "
                                         "without the client identifier it should assign"});
}

TEST(Connect, says_goodbye_once_and_nothing_behind_it) {
  // MQTT-3.14.4-1: nothing follows DISCONNECT; MQTT-3.14.4-2: then the connection is closed.
  Session session;
  session.connect();
  session.client.disconnect(ReasonCode::kDisconnectWithWill);
  EXPECT_FALSE(session.client.open());
  EXPECT_EQ(session.publish(kQos0).error(), RequestError::kOffline);
  EXPECT_EQ(session.subscribe("#").error(), RequestError::kOffline);
  session.receive(from_server(kQos1, 1));
  session.advance(seconds(1'000));
  EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kDisconnectWithWill);
  EXPECT_EQ(session.events.take(), Lines{"connected"});
  session.drop();
  EXPECT_EQ(session.events.take(), Lines{});
}

TEST(Connect, tells_of_a_lost_network) {
  Session session(v311());
  session.connect();
  session.publish(kQos0).value();
  session.drop();
  EXPECT_EQ(session.events.take(),
            (Lines{"connected", "disconnected by network: unspecified_error "}));
  EXPECT_TRUE(session.client.output().empty());
}

TEST(Connect, tells_why_the_server_has_ended_it) {
  Session session;
  session.connect();
  Bytes list;
  mqtt::PropertiesWriter(list).text(PropertyId::kReasonString, "for the weekend");
  session.receive(
      mqtt::Disconnect{ReasonCode::kServerShuttingDown, mqtt::PropertiesView::from_checked(list)});
  EXPECT_EQ(session.events.take(),
            (Lines{"connected", "disconnected by server: server_shutting_down for the weekend"}));
  EXPECT_TRUE(session.sent().empty());
}

}  // namespace
}  // namespace godwit::client::test
