// What becomes of a shared group's messages when members are slow, away or gone: MQTT 5.0, 4.8.2;
// PROTOCOL P-11.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/unit/front/shared_fixture.h"

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
using testkit::numbers;
using testkit::subscribe;
using testkit::TestClient;
using testkit::text_of;
using testkit::Texts;
using testkit::WorldOptions;

class SharedHandOver : public testkit::SharedFixture {};

INSTANTIATE_TEST_SUITE_P(Threads, SharedHandOver, testing::Values(1, 2, 3));

// P-11: with no connected member they stay in the group.
TEST_P(SharedHandOver, keeps_messages_while_no_member_is_connected) {
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
TEST_P(SharedHandOver, ends_with_its_last_member_and_begins_empty) {
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
TEST_P(SharedHandOver, passes_over_a_member_without_room) {
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
TEST_P(SharedHandOver, waits_for_room) {
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
TEST_P(SharedHandOver, hands_over_what_an_ended_session_has_not_acknowledged) {
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

// Unsubscribing does not take what is in flight off the client, nor lose it with the client.
TEST_P(SharedHandOver, hands_over_what_was_in_flight_when_its_receiver_unsubscribed) {
  FrontWorld world(options());
  TestClient& first = connect(world, "first");
  subscribe(first, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  publish(world, "t", 0, 2);
  const auto finished = first.expect<mqtt::Publish>();
  (void)first.expect<mqtt::Publish>();
  TestClient& second = connect(world, "second");
  subscribe(second, "$share/g/t", {.qos = Qos::kAtLeastOnce});
  testkit::unsubscribe(first, "$share/g/t");
  EXPECT_FALSE(second.has_packets());
  acknowledge(first, finished);
  first.drop();
  EXPECT_EQ(consume(second), numbers(1, 2));
}

// What was not even sent goes on at once; what was sent stays with the session that may come back.
TEST_P(SharedHandOver, hands_over_what_an_absent_client_was_not_sent) {
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
// Also what is handed over, whether it was in flight or waited, goes where its publisher's messages
// go now.
TEST_P(SharedHandOver, keeps_publishers_together_if_asked) {
  testkit::WorldOptions hashed = options();
  hashed.share_strategy = routing::ShareStrategy::kHashClient;
  hashed.limits.send_window_max = 2;
  FrontWorld world(hashed);
  std::vector<TestClient*> members;
  for (int i = 0; i < 4; ++i) {
    members.push_back(&connect(world, "m" + std::to_string(i)));
    subscribe(*members.back(), "$share/g/#", {.qos = Qos::kAtLeastOnce});
  }
  std::vector<TestClient*> publishers;
  for (int i = 0; i < 10; ++i) {
    publishers.push_back(&connect(world, "p" + std::to_string(i)));
    for (std::uint16_t id = 1; id <= 3; ++id) {
      publishers.back()->send(testkit::make_publish("t", std::to_string(i), Qos::kAtLeastOnce, id));
    }
  }
  members[0]->drop();  // Clean sessions: what they have goes back.
  members[1]->drop();
  for (std::size_t i = 0; i < publishers.size(); ++i) {
    publishers[i]->send(testkit::make_publish("t", std::to_string(i)));
  }
  std::map<std::string, std::set<std::size_t>> receivers;
  for (std::size_t i = 2; i < members.size(); ++i) {
    for (const std::string& publisher : consume(*members[i])) {
      receivers[publisher].insert(i);
    }
  }
  EXPECT_EQ(receivers.size(), 10U);
  for (const auto& [publisher, who] : receivers) {
    EXPECT_EQ(who.size(), 1U) << publisher;
  }
}

TEST_P(SharedHandOver, finishes_a_qos_2_exchange_with_the_member_that_began_it_or_not_at_all) {
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
TEST_P(SharedHandOver, gives_what_a_member_rejects_to_nobody_else) {
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
TEST_P(SharedHandOver, offers_a_message_that_one_member_cannot_take_to_another) {
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

// What waits is bounded as any queue.
TEST_P(SharedHandOver, drops_the_oldest_of_what_waits) {
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
TEST_P(SharedHandOver, lets_what_waits_expire) {
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

}  // namespace
}  // namespace godwit
