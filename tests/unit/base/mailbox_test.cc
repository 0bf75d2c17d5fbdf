#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace godwit {
namespace {

class CountingWaker final : public Waker {
 public:
  void wake() override { ++rings; }
  int rings = 0;
};

// A bell that a thread can sleep on, as an eventfd is.
class SleepingBell final : public Waker {
 public:
  void wake() override {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
};

TEST(Mailbox, hands_over_in_order) {
  CountingWaker waker;
  Mailbox<int> mailbox(8, waker);
  for (int item = 1; item <= 3; ++item) {
    ASSERT_TRUE(mailbox.post(item));
  }
  std::vector<int> drained;
  mailbox.drain(drained);
  EXPECT_EQ(drained, (std::vector{1, 2, 3}));
}

TEST(Mailbox, rings_once_a_batch) {
  CountingWaker waker;
  Mailbox<int> mailbox(8, waker);
  std::vector<int> drained;
  int item = 0;
  ASSERT_TRUE(mailbox.post(item));
  ASSERT_TRUE(mailbox.post(item));
  mailbox.post_always(item);
  EXPECT_EQ(waker.rings, 1);
  mailbox.drain(drained);
  ASSERT_TRUE(mailbox.post(item));
  EXPECT_EQ(waker.rings, 2);
}

TEST(Mailbox, when_full_it_refuses_and_leaves_the_item_alone) {
  CountingWaker waker;
  Mailbox<std::unique_ptr<int>> mailbox(1, waker);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  ASSERT_TRUE(mailbox.post(first));
  EXPECT_FALSE(mailbox.post(second));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);

  std::vector<std::unique_ptr<int>> drained;
  mailbox.drain(drained);
  EXPECT_TRUE(mailbox.post(second));
}

TEST(Mailbox, answers_go_in_beyond_the_capacity) {
  CountingWaker waker;
  Mailbox<int> mailbox(1, waker);
  int item = 1;
  ASSERT_TRUE(mailbox.post(item));
  EXPECT_TRUE(mailbox.post_always(2));
  std::vector<int> drained;
  mailbox.drain(drained);
  EXPECT_EQ(drained, (std::vector{1, 2}));
}

TEST(Mailbox, what_its_owner_has_finished_with_goes_back_to_whoever_posts) {
  CountingWaker waker;
  Mailbox<std::unique_ptr<int>> mailbox(8, waker);
  auto item = std::make_unique<int>(1);
  const int* const memory = item.get();
  ASSERT_TRUE(mailbox.post(item));
  EXPECT_EQ(item, nullptr) << "nothing was finished yet";

  std::vector<std::unique_ptr<int>> drained;
  std::vector<std::unique_ptr<int>> finished;
  mailbox.drain(drained, finished);
  ASSERT_EQ(drained.size(), 1U);
  finished.swap(drained);
  mailbox.drain(drained, finished);
  EXPECT_TRUE(drained.empty());
  EXPECT_TRUE(finished.empty());

  item = std::make_unique<int>(2);
  ASSERT_TRUE(mailbox.post(item));
  EXPECT_EQ(item.get(), memory);
  mailbox.drain(drained);
  ASSERT_EQ(drained.size(), 1U);
  EXPECT_EQ(*drained[0], 2);
}

TEST(Mailbox, keeps_a_few_finished_items_and_leaves_the_rest) {
  CountingWaker waker;
  Mailbox<std::unique_ptr<int>> mailbox(8, waker);
  std::vector<std::unique_ptr<int>> drained;
  std::vector<std::unique_ptr<int>> finished;
  for (std::size_t i = 0; i < mailbox.kFinishedMax + 2; ++i) {
    finished.push_back(std::make_unique<int>(0));
  }
  mailbox.drain(drained, finished);
  EXPECT_EQ(finished.size(), 2U);
}

TEST(Mailbox, once_closed_it_takes_nothing_but_still_hands_over) {
  CountingWaker waker;
  Mailbox<int> mailbox(8, waker);
  int item = 1;
  ASSERT_TRUE(mailbox.post(item));
  mailbox.close();
  EXPECT_FALSE(mailbox.post(item));
  EXPECT_FALSE(mailbox.post_always(2));
  std::vector<int> drained;
  mailbox.drain(drained);
  EXPECT_EQ(drained, (std::vector{1}));
}

TEST(Mailbox, many_writers_lose_nothing_and_keep_their_order) {
  constexpr int kWriters = 4;
  constexpr int kItems = 2'000;
  struct Item {
    int writer;
    int number;
  };
  SleepingBell bell;
  Mailbox<Item> mailbox(64, bell);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&mailbox, writer] {
      for (int number = 0; number < kItems; ++number) {
        Item item{writer, number};
        while (!mailbox.post(item)) {
          std::this_thread::yield();
        }
      }
    });
  }

  // The reader sleeps on the bell alone: a ring that is left out would hang here.
  std::vector<int> next(kWriters, 0);
  std::vector<Item> drained;
  for (int received = 0; received < kWriters * kItems;) {
    bell.wait();
    mailbox.drain(drained);
    for (const Item& item : drained) {
      EXPECT_EQ(item.number, next[static_cast<std::size_t>(item.writer)]++);
    }
    received += static_cast<int>(drained.size());
    drained.clear();
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
}

}  // namespace
}  // namespace godwit
