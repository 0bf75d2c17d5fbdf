// Shared subscriptions: MQTT 5.0, 4.8.2; E-024 to E-035; PROTOCOL P-11.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;
using routing::ShareStrategy;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::subscribe;
using testkit::TestClient;
using testkit::text_of;
using testkit::WorldOptions;

using Texts = std::vector<std::string>;

// Everything below happens in one thread, and with members, publishers and the group's home on
// several.
class SharedSubscription : public testing::TestWithParam<std::uint16_t> {
 protected:
  [[nodiscard]] static WorldOptions options() { return {.thread_count = GetParam()}; }
  // Spreads clients over the threads.
  TestClient& connect(FrontWorld& world, std::string_view id, const ConnectSpec& spec = {}) {
    return world.connect(id, spec, next_thread_++ % GetParam());
  }
  static void acknowledge(TestClient& client, const mqtt::Publish& publish) {
    client.send(
        make_ack(publish.qos == Qos::kAtLeastOnce ? PacketType::kPuback : PacketType::kPubrec,
                 publish.packet_id));
    if (publish.qos == Qos::kExactlyOnce) {
      EXPECT_EQ(client.find<mqtt::PublishAck>().type, PacketType::kPubrel);
      client.send(make_ack(PacketType::kPubcomp, publish.packet_id));
    }
  }
  // Takes and acknowledges until nothing comes any more.
  static Texts consume(TestClient& client) {
    Texts texts;
    while (client.has_packets()) {
      const auto publish = client.expect<mqtt::Publish>();
      texts.push_back(text_of(publish));
      if (publish.qos != Qos::kAtMostOnce) {
        acknowledge(client, publish);
      }
    }
    return texts;
  }
  void publish(FrontWorld& world, std::string_view topic, int from, int to,
               Qos qos = Qos::kAtLeastOnce) {
    if (publisher_ == nullptr) {
      publisher_ = &connect(world, "publisher");
    }
    for (int i = from; i < to; ++i) {
      const auto id = static_cast<std::uint16_t>(qos == Qos::kAtMostOnce ? 0 : 1 + i % 1'000);
      publisher_->send(make_publish(topic, std::to_string(i), qos, id));
      if (qos == Qos::kExactlyOnce) {
        publisher_->send(make_ack(PacketType::kPubrel, mqtt::PacketId(id)));
      }
    }
    publisher_->packets.clear();
  }

  TestClient* publisher_ = nullptr;
  std::size_t next_thread_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Threads, SharedSubscription, testing::Values(1, 2, 3));

Texts numbers(int from, int to) {
  Texts texts;
  for (int i = from; i < to; ++i) {
    texts.push_back(std::to_string(i));
  }
  return texts;
}

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

// P-11: with no connected member they stay in the group.
TEST_P(SharedSubscription, keeps_messages_while_no_member_is_connected) {
  FrontWorld world(options());
  for (const char* id : {"a", "b"}) {
    TestClient& member = connect(world, id, kept_v5());
    subscribe(member, "$share/g/t", {.qos = Qos::kAtLeastOnce});
    member.drop();
  }
  publish(world, "t", 0, 10);
  publish(world, "t", 10, 20, Qos::kAtMostOnce);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 10);
  TestClient& back = connect(world, "b", kept_v5());
  EXPECT_EQ(consume(back), numbers(0, 10));
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
}

// E-032.
TEST_P(SharedSubscription, ends_with_its_last_member_and_begins_empty) {
  FrontWorld world(options());
  TestClient& first = connect(world, "a", kept_v5(5));
  subscribe(first, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  first.drop();
  publish(world, "t", 0, 10);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 10);
  world.advance(std::chrono::seconds(6));
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
  TestClient& second = connect(world, "b");
  subscribe(second, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  EXPECT_FALSE(second.has_packets());
  publish(world, "t", 10, 11);
  EXPECT_EQ(consume(second), numbers(10, 11));
}

// E-033, P-11: a member gets at most its free window; the other one gets the rest.
TEST_P(SharedSubscription, passes_over_a_member_without_room) {
  FrontWorld world(options());
  ConnectSpec narrow;
  narrow.receive_maximum = 2;
  TestClient& slow = connect(world, "slow", narrow);
  TestClient& fast = connect(world, "fast");
  subscribe(slow, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  subscribe(fast, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  for (int i = 0; i < 20; ++i) {
    publish(world, "t", i, i + 1);
    consume(fast);
  }
  EXPECT_EQ(slow.take_publishes().size(), 2U);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
}

// And with nobody else they wait in the group, in order.
TEST_P(SharedSubscription, waits_for_room) {
  FrontWorld world(options());
  ConnectSpec narrow;
  narrow.receive_maximum = 3;
  TestClient& member = connect(world, "m", narrow);
  subscribe(member, "$share/g/t", {.qos = Qos::kExactlyOnce});
  publish(world, "t", 0, 50, Qos::kExactlyOnce);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 47);
  EXPECT_EQ(consume(member), numbers(0, 50));
}

// E-031: what an ended session has not acknowledged goes to another member, as a first sending.
TEST_P(SharedSubscription, hands_over_what_an_ended_session_has_not_acknowledged) {
  FrontWorld world(options());
  TestClient& first = connect(world, "first");
  subscribe(first, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  publish(world, "t", 0, 5);
  EXPECT_EQ(first.take_publishes().size(), 5U);
  TestClient& second = connect(world, "second");
  subscribe(second, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  EXPECT_FALSE(second.has_packets());
  first.drop();
  std::set<std::string> seen;
  while (second.has_packets()) {
    const auto publish = second.expect<mqtt::Publish>();
    EXPECT_FALSE(publish.dup);
    seen.insert(text_of(publish));
    acknowledge(second, publish);
  }
  const Texts all = numbers(0, 5);
  EXPECT_EQ(seen, (std::set<std::string>(all.begin(), all.end())));
}

// What was not even sent goes on at once; what was sent stays with the session that may come back.
TEST_P(SharedSubscription, hands_over_what_an_absent_client_was_not_sent) {
  WorldOptions by_topic = options();
  by_topic.share_strategy = ShareStrategy::kHashTopic;
  FrontWorld world(by_topic);
  ConnectSpec narrow = kept_v5();
  narrow.receive_maximum = 2;
  TestClient& away = connect(world, "away", narrow);
  subscribe(away, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  publish(world, "t", 0, 6);
  EXPECT_EQ(away.take_publishes().size(), 2U);
  TestClient& other = connect(world, "other");
  subscribe(other, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  away.drop();
  EXPECT_EQ(consume(other), numbers(2, 6));
  TestClient& back = connect(world, "away", narrow);
  EXPECT_EQ(consume(back), numbers(0, 2));
}

// MQTT-4.8.2-4, -5.
TEST_P(SharedSubscription, finishes_a_qos_2_exchange_with_the_member_that_began_it_or_not_at_all) {
  for (const bool received : {false, true}) {
    FrontWorld world(options());
    publisher_ = nullptr;
    TestClient& first = connect(world, "first", kept_v5(10));
    subscribe(first, "$share/g/t", {.qos = Qos::kExactlyOnce});
    publish(world, "t", 0, 1, Qos::kExactlyOnce);
    const auto sent = first.expect<mqtt::Publish>();
    if (received) {
      first.send(make_ack(PacketType::kPubrec, sent.packet_id));
    }
    TestClient& second = connect(world, "second");
    subscribe(second, "$share/g/t", {.qos = Qos::kExactlyOnce});
    first.drop();
    EXPECT_FALSE(second.has_packets());
    TestClient& again = connect(world, "first", kept_v5(10));
    if (received) {
      EXPECT_EQ(again.expect<mqtt::PublishAck>().type, PacketType::kPubrel);
    } else {
      EXPECT_TRUE(again.expect<mqtt::Publish>().dup);
    }
    again.drop();
    world.advance(std::chrono::seconds(11));
    EXPECT_FALSE(second.has_packets());
  }
}

// MQTT-4.8.2-6.
TEST_P(SharedSubscription, gives_what_a_member_rejects_to_nobody_else) {
  FrontWorld world(options());
  TestClient& first = connect(world, "first");
  subscribe(first, "$share/g/t", {.qos = Qos::kExactlyOnce});
  publish(world, "t", 0, 1, Qos::kAtLeastOnce);
  publish(world, "t", 1, 2, Qos::kExactlyOnce);
  TestClient& second = connect(world, "second");
  subscribe(second, "$share/g/t", {.qos = Qos::kExactlyOnce});
  first.send(make_ack(PacketType::kPuback, first.expect<mqtt::Publish>().packet_id,
                      ReasonCode::kUnspecifiedError));
  first.send(make_ack(PacketType::kPubrec, first.expect<mqtt::Publish>().packet_id,
                      ReasonCode::kUnspecifiedError));
  first.drop();
  EXPECT_FALSE(second.has_packets());
}

// E-033: too large for one, and then for all.
TEST_P(SharedSubscription, offers_a_message_that_one_member_cannot_take_to_another) {
  FrontWorld world(options());
  ConnectSpec small;
  small.maximum_packet_size = 100;
  TestClient& one = connect(world, "one", small);
  TestClient& two = connect(world, "two");
  subscribe(one, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  subscribe(two, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  TestClient& publisher = connect(world, "p");
  for (std::uint16_t i = 1; i <= 4; ++i) {
    publisher.send(make_publish("t", std::string(200, 'x'), Qos::kAtLeastOnce, i));
  }
  EXPECT_EQ(consume(two).size(), 4U);
  EXPECT_FALSE(one.has_packets());
  two.drop();
  publisher.send(make_publish("t", std::string(200, 'x'), Qos::kAtLeastOnce, 5));
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "refused_by_share"), 1);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
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

// What waits is bounded as any queue.
TEST_P(SharedSubscription, drops_the_oldest_of_what_waits) {
  WorldOptions bounded = options();
  bounded.limits.queue_messages_max = 3;
  FrontWorld world(bounded);
  TestClient& member = connect(world, "m", kept_v5());
  subscribe(member, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  member.drop();
  publish(world, "t", 0, 10);
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "queue_full"), 7);
  EXPECT_EQ(consume(connect(world, "m", kept_v5())), numbers(7, 10));
}

// MQTT-3.3.2-6: waiting in a group counts too.
TEST_P(SharedSubscription, lets_what_waits_expire) {
  FrontWorld world(options());
  TestClient& member = connect(world, "m", kept_v5());
  subscribe(member, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  member.drop();
  TestClient& publisher = connect(world, "p");
  for (const std::uint32_t lifetime : {5U, 100U}) {
    mqtt::Publish publish = make_publish("t", "x", Qos::kAtLeastOnce, 1);
    publish.message_expiry_interval = lifetime;
    publisher.send(publish);
  }
  world.advance(std::chrono::seconds(10));
  TestClient& back = connect(world, "m", kept_v5());
  const auto publishes = back.take_publishes();
  ASSERT_EQ(publishes.size(), 1U);
  EXPECT_EQ(publishes[0].message_expiry_interval, 90U);
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
