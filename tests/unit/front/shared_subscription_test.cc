// Shared subscriptions: MQTT 5.0, 4.8.2; E-024 to E-035.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/front/shared_fixture.h"

namespace godwit {
namespace {

using mqtt::Qos;
using mqtt::ReasonCode;
using routing::ShareStrategy;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::numbers;
using testkit::subscribe;
using testkit::TestClient;
using testkit::text_of;
using testkit::Texts;
using testkit::WorldOptions;

class SharedSubscription : public testkit::SharedFixture {};

INSTANTIATE_TEST_SUITE_P(Threads, SharedSubscription, testing::Values(1, 2, 3));

// E-024, MQTT-4.8.2-3: and each at the QoS it was granted.
TEST_P(SharedSubscription, gives_each_message_to_one_member) {
  for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    FrontWorld world(options());
    publisher_ = nullptr;
    std::vector<TestClient*> members;
    for (const char* id : {"a", "b", "c"}) {
      members.push_back(&connect(world, id));
      subscribe(*members.back(), "$share/g/t/+", {.qos = Qos(members.size() - 1)});
    }
    publish(world, "t/x", 0, 300, qos);
    std::multiset<std::string> seen;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto publishes = members[i]->packets;
      EXPECT_EQ(publishes.size(), 100U) << i;
      for (const auto& received : publishes) {
        EXPECT_EQ(std::get<mqtt::Publish>(received.packet).qos, mqtt::lower(qos, Qos(i)));
      }
      for (const std::string& text : consume(*members[i])) {
        seen.insert(text);
      }
    }
    const Texts all = numbers(0, 300);
    EXPECT_EQ(seen, (std::multiset<std::string>(all.begin(), all.end())));
  }
}

// E-025.
TEST_P(SharedSubscription, is_apart_from_other_groups_and_from_plain_subscriptions) {
  FrontWorld world(options());
  TestClient& both = connect(world, "both");
  TestClient& other = connect(world, "other");
  subscribe(both, "$share/one/t");
  subscribe(both, "t");
  subscribe(other, "$share/two/t");
  publish(world, "t", 0, 1);
  EXPECT_EQ(both.take_publishes().size(), 2U);
  EXPECT_EQ(other.take_publishes().size(), 1U);
}

// E-027, E-028.
TEST_P(SharedSubscription, is_one_membership_that_ends_with_its_whole_name) {
  FrontWorld world(options());
  TestClient& client = connect(world, "c");
  subscribe(client, "$share/g/t");
  EXPECT_EQ(subscribe(client, "$share/g/t", {.qos = Qos::kAtLeastOnce}), ReasonCode::kGrantedQos1);
  publish(world, "t", 0, 2);
  EXPECT_EQ(consume(client), numbers(0, 2));
  Bytes raw;
  client.send(testkit::make_unsubscribe(raw, "t"));
  EXPECT_EQ(static_cast<ReasonCode>(client.expect<mqtt::Unsuback>().reason_codes[0]),
            ReasonCode::kNoSubscriptionExisted);
  publish(world, "t", 2, 3);
  EXPECT_EQ(consume(client), numbers(2, 3));
  testkit::unsubscribe(client, "$share/g/t");
  publish(world, "t", 3, 4);
  EXPECT_FALSE(client.has_packets());
}

// E-030.
TEST_P(SharedSubscription, matches_as_its_filter_does_without_the_prefix) {
  FrontWorld world(options());
  TestClient& slash = connect(world, "slash");
  subscribe(slash, "$share/g//a");
  TestClient& all = connect(world, "all");
  subscribe(all, "$share/g/#");
  TestClient& system = connect(world, "system");
  subscribe(system, "$share/g/$SYS/#");
  world.publish_internal("$SYS/x", "1");
  EXPECT_FALSE(all.has_packets());
  EXPECT_EQ(text_of(system.expect<mqtt::Publish>()), "1");
  publish(world, "/a", 0, 1);
  EXPECT_EQ(consume(slash), numbers(0, 1));
  EXPECT_EQ(consume(all), numbers(0, 1));
  publish(world, "a", 1, 2);
  EXPECT_FALSE(slash.has_packets());
}

// E-026.
TEST_P(SharedSubscription, gets_no_retained_messages) {
  FrontWorld world(options());
  connect(world, "p").send(make_publish("t", "kept", Qos::kAtMostOnce, 0, true));
  TestClient& client = connect(world, "c");
  subscribe(client, "$share/g/t");
  subscribe(client, "$share/g/t");
  EXPECT_FALSE(client.has_packets());
  subscribe(client, "t");
  EXPECT_EQ(text_of(client.expect<mqtt::Publish>()), "kept");
}

TEST_P(SharedSubscription, keeps_topics_or_publishers_together_if_asked) {
  for (const ShareStrategy strategy : {ShareStrategy::kHashTopic, ShareStrategy::kHashClient}) {
    WorldOptions hashed = options();
    hashed.share_strategy = strategy;
    FrontWorld world(hashed);
    std::vector<TestClient*> members;
    for (int i = 0; i < 4; ++i) {
      members.push_back(&connect(world, "m" + std::to_string(i)));
      subscribe(*members.back(), "$share/g/#");
    }
    std::vector<TestClient*> publishers;
    for (int i = 0; i < 10; ++i) {
      publishers.push_back(&connect(world, "p" + std::to_string(i)));
    }
    for (int round = 0; round < 5; ++round) {
      for (int i = 0; i < 10; ++i) {
        for (int topic = 0; topic < 10; ++topic) {
          publishers[std::size_t(i)]->send(
              make_publish("t/" + std::to_string(topic), std::to_string(i)));
        }
      }
    }
    std::map<std::string, std::set<std::size_t>> receivers;
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (const mqtt::Publish& publish : members[i]->take_publishes()) {
        receivers[strategy == ShareStrategy::kHashTopic ? std::string(publish.topic.text())
                                                        : text_of(publish)]
            .insert(i);
      }
    }
    EXPECT_EQ(receivers.size(), 10U);
    std::set<std::size_t> used;
    for (const auto& [key, who] : receivers) {
      EXPECT_EQ(who.size(), 1U) << key;
      used.insert(who.begin(), who.end());
    }
    EXPECT_GT(used.size(), 1U);
  }
}

// E-029.
TEST_P(SharedSubscription, sends_the_identifier_of_the_member) {
  FrontWorld world(options());
  TestClient& client = connect(world, "c");
  Bytes properties;
  mqtt::PropertiesWriter(properties).number(mqtt::PropertyId::kSubscriptionIdentifier, 77);
  Bytes raw;
  mqtt::Subscribe packet = testkit::make_subscribe(raw, "$share/g/t");
  packet.properties = mqtt::PropertiesView::from_checked(properties);
  client.send(packet);
  (void)client.expect<mqtt::Suback>();
  publish(world, "t", 0, 1);
  EXPECT_EQ(
      client.expect<mqtt::Publish>().properties.number(mqtt::PropertyId::kSubscriptionIdentifier),
      77U);
}

// E-034.
TEST_P(SharedSubscription, is_for_3_1_1_clients_too_and_nothing_to_publish_to) {
  FrontWorld world(options());
  ConnectSpec old;
  old.version = mqtt::ProtocolVersion::k3_1_1;
  TestClient& v311 = connect(world, "old", old);
  EXPECT_EQ(subscribe(v311, "$share/g/t", {.qos = Qos::kAtLeastOnce}), ReasonCode::kGrantedQos1);
  publish(world, "t", 0, 3);
  EXPECT_EQ(consume(v311), numbers(0, 3));
  TestClient& v5 = connect(world, "new");
  v5.send(make_publish("$share/g/t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(v5.expect<mqtt::PublishAck>().reason_code, ReasonCode::kTopicNameInvalid);
  v311.send(make_publish("$share/g/t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(v311.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  EXPECT_FALSE(v311.has_packets());
}

// E-035.
TEST_P(SharedSubscription, can_be_switched_off) {
  WorldOptions off = options();
  off.offers.shared_subscriptions = false;
  FrontWorld world(off);
  TestClient& v5 = world.open();
  v5.send_connect("v5", {});
  EXPECT_EQ(
      v5.expect<mqtt::Connack>().properties.number(mqtt::PropertyId::kSharedSubscriptionAvailable),
      0U);
  Bytes raw;
  v5.send(testkit::make_subscribe(raw, "$share/g/t"));
  EXPECT_EQ(v5.expect<mqtt::Disconnect>().reason_code,
            ReasonCode::kSharedSubscriptionsNotSupported);
  TestClient& v311 = world.connect("v311");
  EXPECT_EQ(static_cast<int>(subscribe(v311, "$share/g/t")), 0x80);
  EXPECT_TRUE(v311.open());
}

// Nothing is left behind.
TEST_P(SharedSubscription, gives_back_what_it_held) {
  FrontWorld world(options());
  std::vector<TestClient*> members;
  for (const char* id : {"a", "b", "c", "d"}) {
    members.push_back(&connect(world, id));
    subscribe(*members.back(), "$share/g/t", {.qos = Qos::kAtLeastOnce});
    subscribe(*members.back(), "$share/h/#", {.qos = Qos::kExactlyOnce});
  }
  publish(world, "t", 0, 50);
  testkit::unsubscribe(*members[0], "$share/g/t");
  members[1]->drop();
  publish(world, "t", 50, 100);
  for (TestClient* client : {members[0], members[2], members[3], publisher_}) {
    client->drop();
  }
  testkit::expect_gauges_at_zero(world);
}

}  // namespace
}  // namespace godwit
