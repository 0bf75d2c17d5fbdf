// Gauges are sums of ups and downs; whatever clients do, they are back at 0 when all have left.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::Qos;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;

TEST(Gauges, count_what_is_there) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    TestClient& silent = world.open();
    TestClient& one = world.connect("one", kept_v5(), 0);
    TestClient& two = world.connect("two", ConnectSpec{}, threads - 1U);
    subscribe(one, "t", {.qos = Qos::kAtLeastOnce});
    subscribe(one, "u");
    subscribe(two, "t");
    subscribe(two, "t");
    EXPECT_EQ(world.metric("godwit_connections"), 3);
    EXPECT_EQ(world.metric("godwit_sessions"), 2);
    EXPECT_EQ(world.metric("godwit_subscriptions"), 3);
    one.drop();
    two.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
    two.send(make_publish("t", "yz", Qos::kAtLeastOnce, 1));
    EXPECT_EQ(world.metric("godwit_connections"), 2);
    EXPECT_EQ(world.metric("godwit_sessions"), 2);
    EXPECT_EQ(world.metric("godwit_queue_messages"), 2);
    EXPECT_GT(world.metric("godwit_queue_bytes"), 5);
    silent.drop();
    two.drop();
    world.advance(std::chrono::hours(2));
    testkit::expect_gauges_at_zero(world);
  }
}

// The memory budget counts what a filter costs at every thread, and it is not its length alone.
TEST(Gauges, weigh_a_filter_by_its_levels_wherever_it_is_known) {
  std::string deep = "0";
  for (int level = 1; level < 100; ++level) {
    deep += "/" + std::to_string(level);
  }
  std::int64_t at_one_thread = 0;
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    TestClient& client = world.connect("c", ConnectSpec{}, 0);
    subscribe(client, "0");
    const std::int64_t before = world.metric("godwit_subscription_bytes");
    EXPECT_GT(before, 0);
    subscribe(client, deep);
    subscribe(client, deep);
    const std::int64_t grown = world.metric("godwit_subscription_bytes") - before;
    EXPECT_GT(grown, 100 * 60 * threads);
    at_one_thread = threads == 1 ? grown : at_one_thread;
    EXPECT_NEAR(static_cast<double>(grown), static_cast<double>(at_one_thread) * threads, 100);
    unsubscribe(client, deep);
    EXPECT_EQ(world.metric("godwit_subscription_bytes"), before);
  }
}

// What several filters share goes with the last of them, a group's among them.
TEST(Gauges, let_go_of_shared_levels_with_their_last_user) {
  for (const std::uint16_t threads : testkit::Numbers{1, 2}) {
    for (const bool group_first : {false, true}) {
      FrontWorld world({.thread_count = threads});
      TestClient& one = world.connect("one", ConnectSpec{}, 0);
      TestClient& two = world.connect("two", ConnectSpec{}, threads - 1U);
      subscribe(one, "$share/g/a/b/c");
      subscribe(two, "a/b/c");
      subscribe(two, "a/b");
      (group_first ? one : two).drop();
      EXPECT_GT(world.metric("godwit_subscription_bytes"), 0);
      (group_first ? two : one).drop();
      testkit::expect_gauges_at_zero(world);
    }
  }
}

// Each way out, one after the other and through another thread.
TEST(Gauges, are_back_at_zero_after_every_way_to_leave) {
  for (const std::uint16_t threads : testkit::Numbers{1, 2}) {
    FrontWorld world({.thread_count = threads});
    const auto arrive = [&](std::uint32_t expiry) -> TestClient& {
      ConnectSpec spec = kept_v5(expiry);
      spec.keep_alive_seconds = 5;
      spec.will = testkit::WillSpec{.topic = "t", .qos = Qos::kAtLeastOnce, .delay_seconds = 1};
      TestClient& client = world.connect("c", spec, threads - 1U);
      subscribe(client, "t", {.qos = Qos::kExactlyOnce});
      client.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
      return client;
    };
    for (const std::uint32_t expiry : {0U, 10U}) {
      arrive(expiry).drop();
      arrive(expiry).send(mqtt::Disconnect{});
      arrive(expiry).send_raw({0, 0});
      arrive(expiry);
      arrive(expiry).stop_reading();
      world.connect("c", ConnectSpec{}, 0);
      arrive(expiry);
      world.advance(std::chrono::seconds(30));
      testkit::expect_gauges_at_zero(world);
    }
    arrive(0);
    arrive(10);
    world.stop();
    world.advance(std::chrono::seconds(30));
    testkit::expect_gauges_at_zero(world);
  }
}

}  // namespace
}  // namespace godwit
