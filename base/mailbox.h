// A bounded mailbox: many threads post, one thread drains.
//
// The mutex is the exception that needs its excuse: a post and a drain hold it for a move or a
// swap, a turn posts at most one batch to each receiver, and a lock-free queue would allocate per
// item or bound worse. The receiver is woken only if it may be asleep: at most one ring of the
// bell between two drains, however many post.
//
// Thread: post from any, drain from the owner.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace godwit {

// Rings the receiver's bell (an eventfd in production). Thread: any.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void wake() = 0;
};

template <class Item>
class Mailbox {
 public:
  // Finished items that are kept for those who post.
  static constexpr std::size_t kFinishedMax = 8;

  // `capacity`: items that may wait before `post` refuses. `waker` outlives the mailbox.
  Mailbox(std::size_t capacity, Waker& waker) : capacity_(capacity), waker_(&waker) {}

  // False if the mailbox is full or closed: `item` is untouched, and the caller slows its source.
  // Else `item` was moved away, and may be one that the owner has finished with.
  [[nodiscard]] bool post(Item& item) {
    bool ring = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) {
        return false;
      }
      ring = items_.empty();
      items_.push_back(std::move(item));
      if (!finished_.empty()) {
        item = std::move(finished_.back());
        finished_.pop_back();
      }
    }
    if (ring) {
      waker_->wake();
    }
    return true;
  }

  // For what must not be lost and is bounded elsewhere (answers, stop): ignores the capacity.
  // False only if the mailbox is closed.
  bool post_always(Item item) {
    bool ring = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) {
        return false;
      }
      ring = items_.empty();
      items_.push_back(std::move(item));
    }
    if (ring) {
      waker_->wake();
    }
    return true;
  }

  // Swaps the waiting items into `out`, which the owner keeps between calls so that the two
  // vectors are reused. `out` must be empty.
  void drain(std::vector<Item>& out) {
    const std::lock_guard lock(mutex_);
    out.swap(items_);
  }
  // The same, and gives `finished` back to whoever posts: what an item holds in memory then goes
  // round, instead of being allocated on one thread and freed on another. What is over
  // kFinishedMax stays in `finished`.
  void drain(std::vector<Item>& out, std::vector<Item>& finished) {
    const std::lock_guard lock(mutex_);
    out.swap(items_);
    while (!finished.empty() && finished_.size() < kFinishedMax) {
      finished_.push_back(std::move(finished.back()));
      finished.pop_back();
    }
  }

  // From here on nothing is taken. What waits is still drained.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // Its owner takes nothing any more: what `post` refuses now has nobody to go to.
  [[nodiscard]] bool closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  const std::size_t capacity_;
  Waker* const waker_;

  std::mutex mutex_;
  std::vector<Item> items_;     // Guarded by mutex_.
  std::vector<Item> finished_;  // Guarded by mutex_.
  bool closed_ = false;         // Guarded by mutex_.
};

}  // namespace godwit
