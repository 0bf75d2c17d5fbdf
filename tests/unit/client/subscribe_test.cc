#include <gtest/gtest.h>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;

Bytes codes(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) {
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

TEST(Subscribe, asks_for_filters_and_tells_the_answer) {
  Session session;
  session.connect();
  const mqtt::FilterRequest requests[] = {
      {mqtt::TopicFilter::from_checked("a/+"), {.qos = kQos1}},
      {mqtt::TopicFilter::from_checked("b"),
       {.qos = kQos2, .no_local = true, .retain_handling = mqtt::RetainHandling::kDoNotSend}}};
  const mqtt::PacketId id = session.client.subscribe(requests, 5, session.now).value();
  const auto packet = session.only_sent<mqtt::Subscribe>();
  EXPECT_EQ(packet.packet_id, id);
  EXPECT_EQ(packet.properties.number(PropertyId::kSubscriptionIdentifier), 5U);
  mqtt::FilterRequests list = packet.requests;
  for (const mqtt::FilterRequest& request : requests) {
    mqtt::FilterRequest found;
    ASSERT_TRUE(list.next(found));
    EXPECT_EQ(found.filter, request.filter);
    EXPECT_EQ(found.options, request.options);
  }
  session.receive(mqtt::Suback{id, {}, codes({1, 0x87})});
  EXPECT_EQ(session.events.take(), (Lines{"connected", "subscribed 1 01 87"}));
}

TEST(Subscribe, asks_for_less_and_tells_the_answer) {
  Session session;
  session.connect();
  const mqtt::TopicFilter filter = mqtt::TopicFilter::from_checked("a/+");
  const mqtt::PacketId id = session.client.unsubscribe({&filter, 1}, session.now).value();
  session.only_sent<mqtt::Unsubscribe>();
  session.receive(mqtt::Unsuback{id, {}, codes({0x11})});
  EXPECT_EQ(session.events.take(), (Lines{"connected", "unsubscribed 1 11"}));
}

TEST(Subscribe, speaks_3_1_1) {
  Session session(v311());
  session.connect();
  session.subscribe("a", {.qos = kQos1, .no_local = true}).value();
  session.only_sent<mqtt::Subscribe>();
  session.receive(mqtt::Suback{mqtt::PacketId(1), {}, codes({0x80})});
  const mqtt::TopicFilter filter = mqtt::TopicFilter::from_checked("a");
  session.client.unsubscribe({&filter, 1}, session.now).value();
  session.receive(mqtt::Unsuback{mqtt::PacketId(2), {}, {}});
  EXPECT_EQ(session.events.take(), (Lines{"connected", "subscribed 1 80", "unsubscribed 2"}));
}

// MQTT-2.2.1-3
TEST(Subscribe, never_uses_an_id_that_is_busy) {
  Session session;
  session.connect();
  const mqtt::PacketId message = session.publish(kQos1).value();
  const mqtt::PacketId other = session.subscribe("b").value();
  const Bytes granted = codes({0});
  for (int i = 0; i < 70'000; ++i) {
    const mqtt::PacketId id = session.subscribe("a").value();
    ASSERT_NE(id, mqtt::kNoPacketId);
    ASSERT_NE(id, message);
    ASSERT_NE(id, other);
    session.client.sent(session.client.output().size(), session.now);
    session.receive(mqtt::Suback{id, {}, granted});
  }
}

TEST(Subscribe, keeps_within_the_offer) {
  Session session;
  session.connect(properties({{PropertyId::kWildcardSubscriptionAvailable, 0},
                              {PropertyId::kSubscriptionIdentifierAvailable, 0},
                              {PropertyId::kSharedSubscriptionAvailable, 0},
                              {PropertyId::kMaximumPacketSize, 20}}));
  EXPECT_EQ(session.subscribe("a/#").error(), RequestError::kWildcardSubscriptionsNotSupported);
  EXPECT_EQ(session.subscribe("$share/g/a").error(),
            RequestError::kSharedSubscriptionsNotSupported);
  EXPECT_EQ(session.subscribe("a", {}, 1).error(),
            RequestError::kSubscriptionIdentifiersNotSupported);
  // MQTT-3.2.2-15
  EXPECT_EQ(session.subscribe("a/filter/that/is/long").error(), RequestError::kTooLarge);
  EXPECT_TRUE(session.sent().empty());
}

TEST(Subscribe, has_a_limit_of_requests_without_an_answer) {
  ClientSettings settings;
  settings.limits.requests_max = 1;
  Session session(settings);
  session.connect();
  session.subscribe("a").value();
  EXPECT_EQ(session.subscribe("b").error(), RequestError::kTooManyRequests);
  const mqtt::TopicFilter filter = mqtt::TopicFilter::from_checked("a");
  EXPECT_EQ(session.client.unsubscribe({&filter, 1}, session.now).error(),
            RequestError::kTooManyRequests);
  session.receive(mqtt::Suback{mqtt::PacketId(1), {}, codes({0})});
  EXPECT_TRUE(session.subscribe("b"));
}

TEST(Subscribe, ends_the_connection_for_an_answer_that_does_not_fit) {
  const Bytes granted = codes({0});
  const mqtt::Packet answers[] = {
      mqtt::Suback{mqtt::PacketId(2), {}, granted},    // No such request.
      mqtt::Unsuback{mqtt::PacketId(1), {}, granted},  // It was SUBSCRIBE.
  };
  for (const mqtt::Packet& answer : answers) {
    Session session;
    session.connect();
    session.subscribe("a").value();
    session.sent();
    session.receive(answer);
    EXPECT_EQ(session.only_sent<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
  }
}

TEST(Subscribe, ends_the_connection_for_another_number_of_codes) {
  Session session;
  session.connect();
  session.subscribe("a").value();
  session.receive(mqtt::Suback{mqtt::PacketId(1), {}, codes({0, 0})});
  EXPECT_FALSE(session.client.open());
}

}  // namespace
}  // namespace godwit::client::test
