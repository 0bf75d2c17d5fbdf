#include "broker/net/service_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <semaphore>
#include <thread>
#include <vector>

namespace godwit::net::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ServiceThread, runs_what_is_posted_on_its_thread_in_order) {
  ServiceThread service;
  std::vector<int> seen;
  std::thread::id where;
  std::binary_semaphore done(0);
  service.post([&] { seen.push_back(1); });
  service.start();
  service.post([&] {
    seen.push_back(2);
    where = std::this_thread::get_id();
    done.release();
  });
  done.acquire();
  service.stop();
  EXPECT_EQ(seen, (std::vector{1, 2}));
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(ServiceThread, repeats_until_it_is_stopped) {
  ServiceThread service;
  std::counting_semaphore<> calls(0);
  service.every(milliseconds(1), [&] { calls.release(); });
  service.start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(calls.try_acquire_for(seconds(10)));
  }
  service.stop();
}

// A timer that had just fired when it was cancelled was armed again, and the stop waited for ever.
TEST(ServiceThread, stops_in_whatever_moment_a_timer_is) {
  for (int i = 0; i < 500; ++i) {
    ServiceThread service;
    std::counting_semaphore<> calls(0);
    for (int timer = 0; timer < 4; ++timer) {
      service.every(std::chrono::microseconds(1 + timer), [&] { calls.release(); });
    }
    service.start();
    EXPECT_TRUE(calls.try_acquire_for(seconds(10)));
    service.stop();
  }
}

TEST(ServiceThread, hands_on_signals) {
  ServiceThread service;
  std::counting_semaphore<> calls(0);
  std::atomic<int> signal = 0;
  service.on_signals({SIGUSR1, SIGUSR2}, [&](int number) {
    signal = number;
    calls.release();
  });
  service.start();
  // Not before the thread waits for signals: until then they would end this process.
  std::binary_semaphore ready(0);
  service.post([&] { ready.release(); });
  ready.acquire();
  for (const int number : {SIGUSR2, SIGUSR1}) {
    ASSERT_EQ(std::raise(number), 0);
    ASSERT_TRUE(calls.try_acquire_for(seconds(10)));
    EXPECT_EQ(signal, number);
  }
  service.stop();
}

TEST(ServiceThread, calls_at_stop_the_last_one_first) {
  ServiceThread service;
  std::vector<int> seen;
  service.at_stop([&] { seen.push_back(1); });
  service.at_stop([&] { seen.push_back(2); });
  service.start();
  service.stop();
  service.stop();
  EXPECT_EQ(seen, (std::vector{2, 1}));
}

TEST(ServiceThread, may_be_destroyed_without_having_been_started) {
  ServiceThread service;
  service.every(seconds(1), [] {});
}

}  // namespace
}  // namespace godwit::net::test
