// Short turns: a fan-out to many takes several, and so does the input of a client that sends much.

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/front/long_fanouts.h"
#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::Qos;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;
using testkit::WorldOptions;

constexpr std::size_t kReceivers = 10;
constexpr std::size_t kSlice = 3;

WorldOptions short_turns(std::uint16_t threads = 1) {
  WorldOptions options;
  options.thread_count = threads;
  options.turn.fanout_receivers_max = kSlice;
  return options;
}

std::vector<TestClient*> many_subscribers(FrontWorld& world, std::string_view filter,
                                          std::size_t thread = 0) {
  std::vector<TestClient*> subscribers;
  for (std::size_t i = 0; i < kReceivers; ++i) {
    subscribers.push_back(&world.connect("s" + std::to_string(i), ConnectSpec{}, thread));
    subscribe(*subscribers.back(), filter, {.qos = Qos::kExactlyOnce});
  }
  return subscribers;
}

std::size_t served(const std::vector<TestClient*>& subscribers) {
  return static_cast<std::size_t>(
      std::count_if(subscribers.begin(), subscribers.end(),
                    [](const TestClient* client) { return client->has_packets(); }));
}

TEST(Turn, a_fan_out_to_many_is_sliced_and_acknowledged_at_its_end) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    FrontWorld world(short_turns());
    const auto subscribers = many_subscribers(world, "t");
    TestClient& publisher = world.connect("p", ConnectSpec{});
    publisher.push(make_publish("t", "x", qos, 7));
    std::size_t before = 0;
    while (served(subscribers) < kReceivers) {
      EXPECT_FALSE(publisher.has_packets()) << "acknowledged before all have it";
      ASSERT_TRUE(world.step());
      EXPECT_LE(served(subscribers), before + kSlice);
      before = served(subscribers);
    }
    world.settle();
    EXPECT_EQ(publisher.expect<mqtt::PublishAck>().packet_id, PacketId(7));
    for (TestClient* subscriber : subscribers) {
      EXPECT_EQ(text_of(subscriber->expect<mqtt::Publish>()), "x");
    }
    EXPECT_EQ(world.metric("godwit_long_fanouts_total"), 1);
    EXPECT_EQ(world.metric("godwit_long_fanout_bytes"), 0);
  }
}

TEST(Turn, others_are_served_between_the_slices) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& other = world.connect("other", ConnectSpec{});
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("t", "x"));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  other.push(mqtt::Pingreq{});
  ASSERT_TRUE(world.step());
  EXPECT_LT(served(subscribers), kReceivers);
  other.expect<mqtt::Pingresp>();
}

TEST(Turn, what_a_client_publishes_stays_in_order_around_a_long_fan_out) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "many");
  subscribe(*subscribers[kReceivers - 1], "few");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("many", "1"));
  publisher.push(make_publish("few", "2"));
  publisher.push(make_publish("many", "3"));
  world.settle();
  EXPECT_EQ(texts_of(subscribers[kReceivers - 1]->take_publishes()),
            (std::vector<std::string>{"1", "2", "3"}));
}

TEST(Turn, what_its_publisher_says_on_another_connection_stays_behind_a_long_fan_out) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& first = world.connect("p", ConnectSpec{});
  TestClient& second = world.open();
  first.push(make_publish("t", "1"));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  for (std::size_t i = 1; i < kReceivers; ++i) {
    subscribers[i - 1]->cut();  // The next publish has one receiver.
  }
  second.push_connect("p", ConnectSpec{});
  second.push(make_publish("t", "2"));
  world.settle();
  EXPECT_EQ(texts_of(subscribers.back()->take_publishes()), (std::vector<std::string>{"1", "2"}));
}

TEST(Turn, who_waits_for_a_long_fan_out_is_not_taken_for_dead) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  ConnectSpec spec;
  spec.keep_alive_seconds = 1;
  TestClient& publisher = world.connect("p", spec);
  publisher.push(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  world.pass_time(std::chrono::seconds(10));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  world.settle();
  EXPECT_TRUE(publisher.open());
  publisher.expect<mqtt::PublishAck>();
}

TEST(Turn, a_subscriber_that_comes_meanwhile_gets_the_retained_message_and_nothing_older) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& first = world.connect("p1", ConnectSpec{});
  TestClient& second = world.connect("p2", ConnectSpec{});
  TestClient& late = world.connect("late", ConnectSpec{});
  const auto retained = [](std::string_view text) {
    mqtt::Publish publish = make_publish("t", text);
    publish.retain = true;
    return publish;
  };
  first.push(retained("old"));
  ASSERT_TRUE(world.step());
  second.push(retained("new"));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  subscribe(late, "t", {.qos = Qos::kAtLeastOnce});
  world.settle();
  EXPECT_EQ(texts_of(late.take_publishes()), std::vector<std::string>{"new"});
}

// E-040: the store has the newer message already, and this subscriber still gets the older one
// live.
TEST(Turn, a_retained_read_waits_for_the_long_fan_outs_before_it) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& first = world.connect("p1", ConnectSpec{});
  TestClient& second = world.connect("p2", ConnectSpec{});
  for (const auto& [publisher, text] : {std::pair(&first, "old"), std::pair(&second, "new")}) {
    mqtt::Publish publish = make_publish("t", text);
    publish.retain = true;
    publisher->push(publish);
    ASSERT_TRUE(world.step());
  }
  TestClient& last = *subscribers.back();
  ASSERT_FALSE(last.has_packets());
  Bytes raw;
  last.push(testkit::make_subscribe(raw, "t", {.qos = Qos::kAtLeastOnce}, 9));
  world.settle();
  const auto got = texts_of(last.take_publishes());
  ASSERT_GE(got.size(), 2U);
  EXPECT_EQ(got.front(), "old");
  EXPECT_EQ(std::count(got.begin(), got.end(), "old"), 1);
}

TEST(Turn, a_message_that_expires_meanwhile_goes_to_nobody_else) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  mqtt::Publish publish = make_publish("t", "x", Qos::kAtLeastOnce, 1);
  publish.message_expiry_interval = 2;
  publisher.push(publish);
  ASSERT_TRUE(world.step());
  const std::size_t before = served(subscribers);
  ASSERT_LT(before, kReceivers);
  world.pass_time(std::chrono::seconds(3));
  world.settle();
  EXPECT_EQ(served(subscribers), before);
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "expired"),
            static_cast<std::int64_t>(kReceivers - before));
  publisher.expect<mqtt::PublishAck>();
}

TEST(Turn, as_many_wait_as_may_and_no_more) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  constexpr std::size_t kPublishers = front::LongFanouts::kWaitingMax + 10;
  std::vector<TestClient*> publishers;
  for (std::size_t i = 0; i < kPublishers; ++i) {
    publishers.push_back(&world.connect("p" + std::to_string(i), ConnectSpec{}));
  }
  for (TestClient* publisher : publishers) {
    publisher->push(make_publish("t", "x"));
  }
  ASSERT_TRUE(world.step());
  EXPECT_EQ(world.metric("godwit_long_fanouts_total"),
            static_cast<std::int64_t>(front::LongFanouts::kWaitingMax));
  world.settle();
  for (TestClient* subscriber : subscribers) {
    EXPECT_EQ(subscriber->packets.size(), kPublishers);
  }
}

TEST(Turn, a_receiver_that_goes_meanwhile_is_passed_over) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  ASSERT_TRUE(world.step());
  ASSERT_LT(served(subscribers), kReceivers);
  for (TestClient* subscriber : subscribers) {
    subscriber->cut();
  }
  // New tenants of the slots.
  TestClient& fresh = world.connect("fresh", ConnectSpec{});
  world.settle();
  EXPECT_FALSE(fresh.has_packets());
  publisher.expect<mqtt::PublishAck>();
}

TEST(Turn, a_publisher_that_goes_meanwhile_has_published) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  ASSERT_TRUE(world.step());
  publisher.drop();
  TestClient& next = world.connect("p", ConnectSpec{});
  EXPECT_EQ(served(subscribers), kReceivers);
  EXPECT_FALSE(next.has_packets()) << "an acknowledgement of another connection";
}

TEST(Turn, rules_that_change_meanwhile_hold_for_the_rest) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("t", "x"));
  ASSERT_TRUE(world.step());
  const std::size_t before = served(subscribers);
  ASSERT_LT(before, kReceivers);
  world.set_policy(
      **access::Policy::parse("deny everyone subscribe t\nallow everyone any #\n", "rules"));
  world.settle();
  EXPECT_EQ(served(subscribers), before);
}

TEST(Turn, stopping_leaves_nobody_without_the_message) {
  FrontWorld world(short_turns());
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  publisher.push(make_publish("t", "x"));
  ASSERT_TRUE(world.step());
  world.stop();
  world.settle();
  EXPECT_EQ(served(subscribers), kReceivers);
}

TEST(Turn, mail_waits_for_the_end_of_a_long_fan_out_and_stays_in_order) {
  FrontWorld world(short_turns(2));
  const auto subscribers = many_subscribers(world, "many", 1);
  subscribe(*subscribers[kReceivers - 1], "few");
  TestClient& publisher = world.connect("p", ConnectSpec{}, 0);
  for (const std::string text : {"1", "2", "3"}) {
    publisher.push(make_publish("many", text));
    publisher.push(make_publish("few", text));
  }
  world.settle();
  EXPECT_EQ(texts_of(subscribers[kReceivers - 1]->take_publishes()),
            (std::vector<std::string>{"1", "1", "2", "2", "3", "3"}));
  EXPECT_EQ(world.metric("godwit_long_fanouts_total"), 3);
}

TEST(Turn, a_client_that_sends_much_lets_others_have_their_turn) {
  WorldOptions options;
  options.turn.packets_max = 4;
  FrontWorld world(options);
  TestClient& subscriber = world.connect("s", ConnectSpec{});
  subscribe(subscriber, "t");
  TestClient& other = world.connect("other", ConnectSpec{});
  TestClient& publisher = world.connect("p", ConnectSpec{});
  constexpr int kMessages = 50;
  for (int i = 0; i < kMessages; ++i) {
    publisher.push(make_publish("t", std::to_string(i)));
  }
  ASSERT_TRUE(world.step());
  other.push(mqtt::Pingreq{});
  ASSERT_TRUE(world.step());
  other.expect<mqtt::Pingresp>();
  EXPECT_LE(subscriber.packets.size(), 8U);
  world.settle();
  const auto all = texts_of(subscriber.take_publishes());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kMessages));
  for (int i = 0; i < kMessages; ++i) {
    EXPECT_EQ(all[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

TEST(Turn, what_counts_is_also_how_many_deliveries_a_packet_causes) {
  WorldOptions options;
  options.turn.deliveries_max = 2 * kReceivers;
  FrontWorld world(options);
  const auto subscribers = many_subscribers(world, "t");
  TestClient& publisher = world.connect("p", ConnectSpec{});
  for (int i = 0; i < 5; ++i) {
    publisher.push(make_publish("t", std::to_string(i)));
  }
  ASSERT_TRUE(world.step());
  EXPECT_EQ(subscribers[0]->packets.size(), 2U);
  world.settle();
  EXPECT_EQ(subscribers[0]->packets.size(), 5U);
}

}  // namespace
}  // namespace godwit
