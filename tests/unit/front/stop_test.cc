// The broker stops: wills, last words, and nothing new.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::TestClient;
using testkit::WillSpec;

// E-116: 3.x is closed without a word.
TEST(Stop, tells_5_0_clients_and_closes_all) {
  FrontWorld world;
  ConnectSpec spec;
  TestClient& young = world.connect("young", spec);
  spec.version = ProtocolVersion::k3_1_1;
  TestClient& old = world.connect("old", spec);
  TestClient& silent = world.open();
  world.hold_authentications = true;
  TestClient& waiting = world.open();
  waiting.send_connect("waiting", {});
  (void)old.take_bytes();

  world.stop();

  EXPECT_EQ(young.expect<mqtt::Disconnect>().reason_code, ReasonCode::kServerShuttingDown);
  for (TestClient* client : {&young, &old, &silent, &waiting}) {
    EXPECT_TRUE(client->closed);
  }
  EXPECT_TRUE(old.take_bytes().empty());
  EXPECT_TRUE(silent.take_bytes().empty());
  EXPECT_TRUE(waiting.take_bytes().empty());
  world.answer_authentications();
  testkit::expect_gauges_at_zero(world);
  front::Turn turn{world.now()};
  EXPECT_FALSE(world.front(0).accept({"late", "tcp"}, turn).has_value());
}

// Wills first, so that those who watch hear of them before they are told to go, whoever came first.
TEST(Stop, publishes_every_will_before_it_tells_anybody_to_go) {
  FrontWorld world;
  TestClient& early = world.connect("early", ConnectSpec{});
  subscribe(early, "will", {.qos = Qos::kAtLeastOnce});
  ConnectSpec spec;
  spec.will = WillSpec{};
  TestClient& dying = world.connect("dying", spec);
  TestClient& late = world.connect("late", ConnectSpec{});
  subscribe(late, "will", {.qos = Qos::kAtLeastOnce});

  world.stop();

  for (TestClient* watcher : {&early, &late}) {
    EXPECT_EQ(testkit::text_of(watcher->expect<mqtt::Publish>()), "gone");
    EXPECT_EQ(watcher->expect<mqtt::Disconnect>().reason_code, ReasonCode::kServerShuttingDown);
  }
  EXPECT_TRUE(dying.closed);
  EXPECT_EQ(world.metric("godwit_wills_published_total"), 1);
}

// E-023: sessions live in memory, so they end with the process, and their wills go out once.
TEST(Stop, publishes_delayed_wills_too_once) {
  FrontWorld world;
  ConnectSpec spec = kept_v5();
  spec.will = WillSpec{.payload = "absent", .delay_seconds = 60};
  world.connect("absent", spec).drop();
  spec.will->payload = "present";
  world.connect("present", spec);
  TestClient& watcher = world.connect("watcher", ConnectSpec{});
  subscribe(watcher, "will");

  world.stop();

  auto wills = testkit::texts_of(watcher.take_publishes());
  std::sort(wills.begin(), wills.end());
  EXPECT_EQ(wills, (std::vector<std::string>{"absent", "present"}));
  world.advance(std::chrono::seconds(100));
  EXPECT_EQ(world.metric("godwit_wills_published_total"), 2);
}

// A socket that was on its way between threads arrives at one that stops.
TEST(Stop, closes_connections_that_change_threads_meanwhile) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FrontWorld world({.thread_count = 3, .seed = seed});
    world.connect("c", kept_v5(), 0);
    std::vector<TestClient*> clients;
    for (std::size_t i = 0; i < 4; ++i) {
      clients.push_back(&world.open(i % 3));
      clients.back()->push_connect("c", kept_v5());
    }
    for (std::uint64_t steps = seed % 13; steps > 0 && world.step(); --steps) {
    }
    world.stop();
    EXPECT_EQ(world.connection_count(), 0U);
    for (TestClient* client : clients) {
      EXPECT_TRUE(client->closed);
    }
  }
}

}  // namespace
}  // namespace godwit
