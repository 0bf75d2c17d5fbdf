// The same client id connects again while it is connected.

#include <gtest/gtest.h>

#include <random>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;

// MQTT-3.1.4-3, MQTT311-3.1.4-2, E-116.
TEST(Takeover, closes_the_older_connection_and_tells_it_if_it_can_be_told) {
  FrontWorld world;
  TestClient& first = world.connect("c", ConnectSpec{});
  ConnectSpec old;
  old.version = ProtocolVersion::k3_1_1;
  TestClient& second = world.connect("c", old);
  EXPECT_TRUE(first.closed);
  EXPECT_EQ(first.expect<mqtt::Disconnect>().reason_code, ReasonCode::kSessionTakenOver);
  (void)second.take_bytes();

  TestClient& third = world.connect("c", ConnectSpec{});

  EXPECT_TRUE(second.closed);
  EXPECT_TRUE(second.take_bytes().empty());
  EXPECT_TRUE(third.open());
  EXPECT_EQ(world.metric("godwit_connections"), 1);
  EXPECT_EQ(world.metric("godwit_sessions"), 1);
  EXPECT_EQ(world.metric("godwit_session_takeovers_total"), 2);
}

// E-008.
TEST(Takeover, goes_on_with_a_kept_session) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient& first = world.connect("c", kept_v5());
  subscribe(first, "t", {.qos = Qos::kExactlyOnce});
  publisher.send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  const auto original = first.expect<mqtt::Publish>();

  TestClient& second = world.open();
  second.send_connect("c", kept_v5());

  EXPECT_TRUE(second.expect<mqtt::Connack>().session_present);
  const auto again = second.expect<mqtt::Publish>();
  EXPECT_TRUE(again.dup);
  EXPECT_EQ(again.packet_id, original.packet_id);
  publisher.send(make_publish("t", "y", Qos::kAtMostOnce));
  EXPECT_EQ(text_of(second.expect<mqtt::Publish>()), "y");
}

// E-008: the old one's interval decides, whatever the new one asks for.
TEST(Takeover, ends_a_session_that_was_not_kept) {
  FrontWorld world;
  TestClient& first = world.connect("c", ConnectSpec{});
  subscribe(first, "t", {.qos = Qos::kExactlyOnce});

  TestClient& second = world.open();
  second.send_connect("c", kept_v5());

  EXPECT_FALSE(second.expect<mqtt::Connack>().session_present);
  EXPECT_EQ(world.metric("godwit_subscriptions"), 0);
  EXPECT_EQ(first.expect<mqtt::Disconnect>().reason_code, ReasonCode::kSessionTakenOver);
}

// E-016: will delay 0 or more, session going on or not.
TEST(Takeover, treats_the_will_by_its_delay_and_the_fate_of_the_session) {
  struct Row {
    std::uint32_t delay;
    std::uint32_t old_expiry;
    bool clean_start;
    bool published;
  };
  for (const Row& row : {Row{0, 60, false, true}, Row{5, 60, false, false}, Row{5, 60, true, true},
                         Row{5, 0, false, true}, Row{0, 60, true, true}, Row{0, 0, false, true}}) {
    SCOPED_TRACE("delay " + std::to_string(row.delay) + " expiry " +
                 std::to_string(row.old_expiry) + (row.clean_start ? " clean" : ""));
    FrontWorld world;
    TestClient& watcher = world.connect("watcher");
    subscribe(watcher, "will");
    ConnectSpec old = kept_v5(row.old_expiry);
    old.will = testkit::WillSpec{.delay_seconds = row.delay};
    world.connect("c", old);
    ConnectSpec young = kept_v5(60);
    young.clean_start = row.clean_start;

    TestClient& second = world.connect("c", young);

    EXPECT_EQ(watcher.take_publishes().size(), row.published ? 1U : 0U);
    world.advance(std::chrono::seconds(100));
    second.send(mqtt::Disconnect{});
    world.advance(std::chrono::seconds(100));
    EXPECT_TRUE(watcher.take_publishes().empty());
  }
}

// The old connection's last packets count up to where the new one came in, and no further.
TEST(Takeover, does_not_hear_the_older_connection_any_more) {
  FrontWorld world;
  TestClient& subscriber = world.connect("subscriber");
  subscribe(subscriber, "t");
  TestClient& first = world.connect("c", ConnectSpec{});
  TestClient& second = world.open();
  second.push_connect("c", ConnectSpec{});
  first.push(make_publish("t", "before"));
  world.settle();
  first.push(make_publish("t", "after"));
  world.settle();
  EXPECT_EQ(texts_of(subscriber.take_publishes()), std::vector<std::string>{"before"});
}

// The old socket fails in the very turn in which the new connection takes over: the front is told
// of the loss when it has closed the connection already.
TEST(Takeover, meets_a_loss_of_the_older_connection_in_the_same_turn) {
  for (const std::size_t thread : {0U, 1U}) {
    FrontWorld world({.thread_count = 2});
    TestClient& first = world.connect("c", kept_v5(), 0);
    TestClient& second = world.open(thread);
    second.push_connect("c", kept_v5());
    first.cut();
    world.settle();
    EXPECT_TRUE(second.expect<mqtt::Connack>().session_present);
    EXPECT_EQ(world.metric("godwit_connections"), 1);
    EXPECT_EQ(world.connection_count(), 1U);
  }
}

// MQTT-3.1.4-3: "also when both race, 100 times; exactly one survives".
TEST(Takeover, leaves_exactly_one_connection_of_many_that_race) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto threads = static_cast<std::uint16_t>(1 + random() % 3);
    FrontWorld world({.thread_count = threads, .seed = seed});
    std::vector<TestClient*> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(&world.open(random() % threads));
      ConnectSpec spec = random() % 2 == 0 ? kept_v5() : ConnectSpec{};
      spec.clean_start = random() % 2 == 0;
      clients.back()->push_connect("c", spec);
      for (std::uint64_t steps = random() % 8; steps > 0 && world.step(); --steps) {
      }
    }
    world.settle();
    const auto open = std::count_if(clients.begin(), clients.end(),
                                    [](const TestClient* client) { return client->open(); });
    EXPECT_EQ(open, 1);
    EXPECT_EQ(world.metric("godwit_connections"), 1);
    EXPECT_EQ(world.metric("godwit_sessions"), 1);
    for (TestClient* client : clients) {
      if (client->closed) {
        EXPECT_EQ(client->expect<mqtt::Connack>().reason_code, ReasonCode::kSuccess);
        EXPECT_EQ(client->expect<mqtt::Disconnect>().reason_code, ReasonCode::kSessionTakenOver);
      }
    }
    // The survivor's session is whole.
    const auto survivor = std::find_if(clients.begin(), clients.end(),
                                       [](const TestClient* client) { return client->open(); });
    ASSERT_NE(survivor, clients.end());
    (*survivor)->packets.clear();
    EXPECT_EQ(subscribe(**survivor, "t"), ReasonCode::kSuccess);
    (*survivor)->send(make_publish("t", "x"));
    EXPECT_EQ(text_of((*survivor)->expect<mqtt::Publish>()), "x");
  }
}

}  // namespace
}  // namespace godwit
