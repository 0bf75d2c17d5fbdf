#include "base/runner.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <semaphore>
#include <string>

namespace godwit {
namespace {

TEST(ThreadRunner, runs_the_body_on_a_thread_of_that_name) {
  std::binary_semaphore named(0);
  std::array<char, 16> name{};
  ThreadRunner runner;
  runner.start("io-0", [&] {
    named.acquire();
    pthread_getname_np(pthread_self(), name.data(), name.size());
  });
  // The name is given from outside, after the thread has begun.
  named.release();
  runner.join();
  EXPECT_STREQ(name.data(), "io-0");
}

TEST(ThreadRunner, the_destructor_waits_for_the_body) {
  std::atomic<bool> done = false;
  std::binary_semaphore go(0);
  {
    ThreadRunner runner;
    runner.start("waits", [&] {
      go.acquire();
      done = true;
    });
    go.release();
  }
  EXPECT_TRUE(done);
}

TEST(ThreadRunner, can_be_started_again_after_a_join) {
  int runs = 0;
  ThreadRunner runner;
  runner.join();
  for (int i = 0; i < 2; ++i) {
    runner.start("again", [&runs] { ++runs; });
    runner.join();
  }
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace godwit
