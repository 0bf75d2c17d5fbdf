#include "broker/net/poller.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/unit/net/loopback.h"

namespace godwit::net::test {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t kKey = 7;

TEST(Poller, reports_readable_until_it_was_read) {
  Pair pair = connected_pair();
  Poller poller;
  ASSERT_TRUE(poller.add(pair.server.descriptor(), kKey, Interest::kRead));
  EXPECT_TRUE(poller.wait(Duration::zero()).events.empty());

  pair.client.send("x");
  for (int i = 0; i < 2; ++i) {
    const Poller::Wait wait = poller.wait(seconds(10));
    ASSERT_EQ(wait.events.size(), 1U);
    EXPECT_EQ(wait.events[0].key, kKey);
    EXPECT_TRUE(wait.events[0].readable);
    EXPECT_FALSE(wait.events[0].writable);
    EXPECT_FALSE(wait.events[0].hung_up);
    EXPECT_FALSE(wait.rung);
  }
  Peer server(std::move(pair.server));
  EXPECT_EQ(server.receive(1).size(), 1U);
  EXPECT_TRUE(poller.wait(Duration::zero()).events.empty());
}

TEST(Poller, reports_only_what_is_of_interest) {
  Pair pair = connected_pair();
  pair.client.send("x");
  const int descriptor = pair.server.descriptor();
  Poller poller;
  ASSERT_TRUE(poller.add(descriptor, kKey, Interest::kNone));
  EXPECT_TRUE(poller.wait(Duration::zero()).events.empty());

  poller.change(descriptor, kKey, Interest::kWrite);
  Poller::Wait wait = poller.wait(seconds(10));
  ASSERT_EQ(wait.events.size(), 1U);
  EXPECT_TRUE(wait.events[0].writable);
  EXPECT_FALSE(wait.events[0].readable);

  poller.change(descriptor, kKey, Interest::kReadWrite);
  wait = poller.wait(seconds(10));
  ASSERT_EQ(wait.events.size(), 1U);
  EXPECT_TRUE(wait.events[0].writable);
  EXPECT_TRUE(wait.events[0].readable);

  poller.remove(descriptor);
  EXPECT_TRUE(poller.wait(Duration::zero()).events.empty());
}

TEST(Poller, reports_a_reset_whatever_the_interest) {
  Pair pair = connected_pair();
  Poller poller;
  ASSERT_TRUE(poller.add(pair.server.descriptor(), kKey, Interest::kNone));
  pair.client.reset();
  const Poller::Wait wait = poller.wait(seconds(10));
  ASSERT_EQ(wait.events.size(), 1U);
  EXPECT_TRUE(wait.events[0].hung_up);
}

TEST(Poller, a_peer_that_only_closes_is_readable_and_not_hung_up) {
  Pair pair = connected_pair();
  Poller poller;
  ASSERT_TRUE(poller.add(pair.server.descriptor(), kKey, Interest::kRead));
  pair.client.shutdown_write();
  const Poller::Wait wait = poller.wait(seconds(10));
  ASSERT_EQ(wait.events.size(), 1U);
  EXPECT_TRUE(wait.events[0].readable);
  EXPECT_FALSE(wait.events[0].hung_up);
}

TEST(Poller, a_closed_descriptor_leaves_by_itself) {
  Pair pair = connected_pair();
  Poller poller;
  ASSERT_TRUE(poller.add(pair.server.descriptor(), kKey, Interest::kRead));
  pair.client.send("x");
  pair.server = OwnedSocket();
  EXPECT_TRUE(poller.wait(Duration::zero()).events.empty());
}

TEST(Poller, more_events_than_fit_come_with_the_next_wait) {
  constexpr std::size_t kSockets = Poller::kEventsMax + 10;
  std::vector<Pair> pairs;
  Poller poller;
  for (std::uint32_t key = 0; key < kSockets; ++key) {
    pairs.push_back(connected_pair());
    pairs.back().client.send("x");
    ASSERT_TRUE(poller.add(pairs.back().server.descriptor(), key, Interest::kRead));
  }
  std::vector<bool> seen(kSockets);
  for (int i = 0; i < 2; ++i) {
    for (const Poller::Event& event : poller.wait(seconds(10)).events) {
      seen[event.key] = true;
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), static_cast<std::ptrdiff_t>(kSockets));
}

TEST(Poller, each_ring_of_the_bell_ends_one_wait) {
  Poller poller;
  EXPECT_FALSE(poller.wait(Duration::zero()).rung);
  poller.waker().wake();
  EXPECT_TRUE(poller.wait(seconds(10)).rung);
  EXPECT_FALSE(poller.wait(Duration::zero()).rung);
  poller.waker().wake();
  poller.waker().wake();
  EXPECT_TRUE(poller.wait(seconds(10)).rung);
  EXPECT_FALSE(poller.wait(Duration::zero()).rung);
}

TEST(Poller, the_bell_wakes_a_sleeping_thread) {
  Poller poller;
  std::thread other([&poller] { poller.waker().wake(); });
  EXPECT_TRUE(poller.wait(Duration::max()).rung);
  other.join();
}

TEST(Poller, the_alarm_rings_once) {
  Poller poller;
  poller.set_alarm(std::chrono::milliseconds(1));
  const Poller::Wait wait = poller.wait(Duration::max());
  EXPECT_TRUE(wait.alarm);
  EXPECT_FALSE(wait.rung);
  EXPECT_FALSE(poller.wait(std::chrono::milliseconds(10)).alarm);
  poller.set_alarm(std::chrono::milliseconds(1));
  EXPECT_TRUE(poller.wait(Duration::max()).alarm);
}

TEST(Poller, a_new_alarm_takes_back_the_one_before) {
  Poller poller;
  poller.set_alarm(std::chrono::milliseconds(1));
  poller.set_alarm(std::chrono::hours(24 * 365));
  EXPECT_FALSE(poller.wait(std::chrono::milliseconds(20)).alarm);
}

}  // namespace
}  // namespace godwit::net::test
