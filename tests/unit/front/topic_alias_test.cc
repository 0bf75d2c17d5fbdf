// Topic Aliases: MQTT 5.0, 3.3.2.3.4; E-044 to E-048.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::WorldOptions;

mqtt::Publish aliased(std::string_view topic, std::uint16_t alias, std::string_view payload = "x") {
  mqtt::Publish publish = make_publish(topic, payload);
  publish.topic_alias = alias;
  return publish;
}

ConnectSpec taking_aliases(std::uint16_t maximum) {
  ConnectSpec spec;
  spec.topic_alias_maximum = maximum;
  return spec;
}

std::string topic_of(TestClient& subscriber) {
  const auto publish = subscriber.expect<mqtt::Publish>();
  EXPECT_EQ(publish.topic_alias, 0);  // E-046: the publisher's alias is not passed on.
  return std::string(publish.topic.text());
}

// E-044, MQTT-3.3.2-7.
TEST(TopicAlias, of_a_client_is_set_used_and_replaced) {
  FrontWorld world;
  TestClient& subscriber = world.connect("s", ConnectSpec{});
  testkit::subscribe(subscriber, "#");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  TestClient& other = world.connect("o", ConnectSpec{});
  publisher.send(aliased("a", 1));
  EXPECT_EQ(topic_of(subscriber), "a");
  publisher.send(aliased("", 1));
  EXPECT_EQ(topic_of(subscriber), "a");
  publisher.send(aliased("b", 1));
  publisher.send(aliased("last", 32));
  publisher.send(aliased("", 1));
  publisher.send(aliased("", 32));
  EXPECT_EQ(topic_of(subscriber), "b");
  EXPECT_EQ(topic_of(subscriber), "last");
  EXPECT_EQ(topic_of(subscriber), "b");
  EXPECT_EQ(topic_of(subscriber), "last");
  // Nobody else's: E-045.
  other.send(aliased("", 1));
  EXPECT_EQ(other.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
  EXPECT_TRUE(publisher.open());
}

// MQTT-3.3.2-7: nor that of an earlier connection.
TEST(TopicAlias, of_a_client_ends_with_the_connection) {
  FrontWorld world;
  TestClient& first = world.connect("p", kept_v5());
  first.send(aliased("a", 1));
  EXPECT_GT(world.metric("godwit_topic_alias_bytes"), 0);
  first.drop();
  EXPECT_EQ(world.metric("godwit_topic_alias_bytes"), 0);
  TestClient& second = world.connect("p", kept_v5());
  second.send(aliased("", 1));
  EXPECT_EQ(second.expect<mqtt::Disconnect>().reason_code, ReasonCode::kProtocolError);
}

// MQTT-3.3.2-9, -12, MQTT-3.2.2-17, -18.
TEST(TopicAlias, of_a_client_is_bounded_by_what_was_announced) {
  for (const std::uint16_t maximum : testkit::Numbers{0, 1, 5}) {
    WorldOptions options;
    options.limits.topic_alias_maximum = maximum;
    FrontWorld world(options);
    TestClient& client = world.connect("c", ConnectSpec{});
    for (std::uint16_t alias = 1; alias <= maximum; ++alias) {
      client.send(aliased("t", alias));
      EXPECT_TRUE(client.open());
    }
    client.send(aliased("t", static_cast<std::uint16_t>(maximum + 1)));
    EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kTopicAliasInvalid);
  }
}

TEST(TopicAlias, of_a_client_is_bounded_in_bytes) {
  WorldOptions options;
  options.limits.topic_alias_bytes_max = 100;
  FrontWorld world(options);
  TestClient& client = world.connect("c", ConnectSpec{});
  client.send(aliased(std::string(60, 'a'), 1));
  client.send(aliased(std::string(40, 'b'), 2));
  client.send(aliased(std::string(50, 'c'), 1));
  client.send(aliased(std::string(50, 'd'), 2));
  EXPECT_EQ(world.metric("godwit_topic_alias_bytes"), 100);
  client.send(aliased("e", 3));
  EXPECT_EQ(client.expect<mqtt::Disconnect>().reason_code, ReasonCode::kQuotaExceeded);
  EXPECT_EQ(world.metric("godwit_topic_alias_bytes"), 0);
}

// E-048: the mapping has nothing to do with what becomes of the message.
TEST(TopicAlias, of_a_refused_message_counts) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  for (const char* topic : {"$SYS/x", ""}) {
    mqtt::Publish publish = make_publish(topic, "x", Qos::kAtLeastOnce, 1);
    publish.topic_alias = 1;
    client.send(publish);
    EXPECT_EQ(client.expect<mqtt::PublishAck>().reason_code, ReasonCode::kNotAuthorized);
  }
}

// E-046: queue and retained store, other threads and sessions.
TEST(TopicAlias, of_a_client_is_resolved_before_anything_else) {
  FrontWorld world({.thread_count = 3});
  TestClient& away = world.connect("away", kept_v5(), 2);
  testkit::subscribe(away, "some/topic", {.qos = Qos::kAtLeastOnce});
  away.drop();
  TestClient& publisher = world.connect("p", ConnectSpec{}, 1);
  publisher.send(aliased("some/topic", 3, "first"));
  mqtt::Publish publish = make_publish("", "second", Qos::kAtLeastOnce, 1, true);
  publish.topic_alias = 3;
  publisher.send(publish);

  TestClient& back = world.connect("away", kept_v5(), 0);
  EXPECT_EQ(topic_of(back), "some/topic");
  TestClient& late = world.connect("late", ConnectSpec{}, 0);
  testkit::subscribe(late, "some/+");
  EXPECT_EQ(topic_of(late), "some/topic");
}

// MQTT-3.1.2-26, -27; E-044: the other direction has its own table.
TEST(TopicAlias, is_given_to_a_client_that_takes_some) {
  FrontWorld world;
  TestClient& client = world.connect("c", taking_aliases(2));
  testkit::subscribe(client, "#");
  TestClient& publisher = world.connect("p");
  std::vector<std::pair<std::string, int>> seen;
  for (const char* topic : {"topic/1", "topic/2", "topic/1", "topic/3", "topic/2", "topic/3"}) {
    publisher.send(make_publish(topic, "x"));
    const auto publish = client.expect<mqtt::Publish>();
    seen.emplace_back(publish.topic.text(), publish.topic_alias);
  }
  const std::vector<std::pair<std::string, int>> expected{
      {"topic/1", 1}, {"topic/2", 2}, {"", 1}, {"topic/3", 0}, {"", 2}, {"topic/3", 0}};
  EXPECT_EQ(seen, expected);
}

// MQTT-3.1.2-26.
TEST(TopicAlias, is_not_given_to_a_client_that_takes_none) {
  FrontWorld world;
  TestClient& none = world.connect("none", ConnectSpec{});
  TestClient& zero = world.connect("zero", taking_aliases(0));
  TestClient& old = world.connect("3.1.1");
  for (TestClient* client : {&none, &zero, &old}) {
    testkit::subscribe(*client, "#");
  }
  TestClient& publisher = world.connect("p");
  for (int i = 0; i < 3; ++i) {
    publisher.send(make_publish("topic", "x"));
    for (TestClient* client : {&none, &zero, &old}) {
      EXPECT_EQ(topic_of(*client), "topic");
    }
  }
}

// E-046: a repeat on a new connection begins with the topic.
TEST(TopicAlias, given_to_a_client_ends_with_the_connection) {
  FrontWorld world;
  ConnectSpec spec = kept_v5();
  spec.topic_alias_maximum = 5;
  TestClient& first = world.connect("c", spec);
  testkit::subscribe(first, "topic", {.qos = Qos::kAtLeastOnce});
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("topic", "1", Qos::kAtLeastOnce, 1));
  publisher.send(make_publish("topic", "2", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(first.expect<mqtt::Publish>().topic.text(), "topic");
  EXPECT_EQ(first.expect<mqtt::Publish>().topic.text(), "");
  first.drop();
  TestClient& second = world.open();
  second.send_connect("c", spec);
  const auto publishes = second.take_publishes();
  ASSERT_EQ(publishes.size(), 2U);
  EXPECT_EQ(publishes[0].topic.text(), "topic");
  EXPECT_EQ(publishes[0].topic_alias, 1);
  EXPECT_EQ(publishes[1].topic.text(), "");
  EXPECT_EQ(publishes[1].topic_alias, 1);
}

// E-047: a packet that was not sent has named nothing; an alias never makes a packet too large.
TEST(TopicAlias, given_to_a_client_counts_from_the_packet_that_was_sent) {
  FrontWorld world;
  ConnectSpec spec = taking_aliases(5);
  spec.maximum_packet_size = 100;
  TestClient& client = world.connect("c", spec);
  testkit::subscribe(client, "#");
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("topic", std::string(200, 'x')));
  EXPECT_FALSE(client.has_packets());
  // 2 header, 2 + 5 topic, 1 property length: 90 bytes of payload make 100, without an alias.
  publisher.send(make_publish("topic", std::string(90, 'x')));
  auto publish = client.expect<mqtt::Publish>();
  EXPECT_EQ(publish.topic.text(), "topic");
  EXPECT_EQ(publish.topic_alias, 0);
  publisher.send(make_publish("topic", "x"));
  publish = client.expect<mqtt::Publish>();
  EXPECT_EQ(publish.topic.text(), "topic");
  EXPECT_EQ(publish.topic_alias, 1);
  // And now it saves five bytes for three.
  publisher.send(make_publish("topic", std::string(92, 'x')));
  EXPECT_EQ(client.expect<mqtt::Publish>().topic.text(), "");
}

// MQTT-3.3.2-11.
TEST(TopicAlias, given_to_a_client_is_bounded_in_number_and_bytes) {
  WorldOptions options;
  options.limits.topic_alias_maximum = 3;
  options.limits.topic_alias_bytes_max = 100;
  FrontWorld world(options);
  TestClient& client = world.connect("c", taking_aliases(65'535));
  testkit::subscribe(client, "#");
  TestClient& publisher = world.connect("p");
  std::vector<int> aliases;
  for (const std::uint16_t size : testkit::Numbers{60, 50, 39, 3, 4}) {
    publisher.send(make_publish(std::string(size, 't'), "x"));
    aliases.push_back(client.expect<mqtt::Publish>().topic_alias);
  }
  EXPECT_EQ(aliases, (std::vector<int>{1, 0, 2, 0, 0}));
  EXPECT_EQ(world.metric("godwit_topic_alias_bytes"), 99);
  client.send(mqtt::Disconnect{});
  EXPECT_EQ(world.metric("godwit_topic_alias_bytes"), 0);
}

}  // namespace
}  // namespace godwit
