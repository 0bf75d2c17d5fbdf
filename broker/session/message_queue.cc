#include "broker/session/message_queue.h"

#include <utility>

#include "base/check.h"

namespace godwit::session {

std::size_t MessageQueue::push(QueuedMessage message, const SessionLimits& limits) {
  const std::size_t size = message.message->size_bytes();
  if (size > limits.queue_bytes_max || limits.queue_messages_max == 0) {
    return 1;
  }
  std::size_t dropped = 0;
  while (count_ > 0 &&
         (count_ >= limits.queue_messages_max || bytes_ + size > limits.queue_bytes_max)) {
    pop();
    ++dropped;
  }
  if (count_ == ring_.size()) {
    grow();
  }
  ring_[(head_ + count_) & (ring_.size() - 1)] = std::move(message);
  ++count_;
  bytes_ += size;
  return dropped;
}

QueuedMessage MessageQueue::pop() {
  CHECK(count_ > 0);
  QueuedMessage message = std::move(ring_[head_]);
  head_ = (head_ + 1) & (ring_.size() - 1);
  --count_;
  bytes_ -= message.message->size_bytes();
  if (count_ == 0) {
    // A burst is over; its ring is given back unless it is small.
    constexpr std::size_t kKeep = 64;
    if (ring_.size() > kKeep) {
      ring_ = {};
    }
    head_ = 0;
  }
  return message;
}

void MessageQueue::grow() {
  std::vector<QueuedMessage> larger(ring_.empty() ? 4 : ring_.size() * 2);
  for (std::size_t i = 0; i < count_; ++i) {
    larger[i] = std::move(ring_[(head_ + i) & (ring_.size() - 1)]);
  }
  ring_ = std::move(larger);
  head_ = 0;
}

}  // namespace godwit::session
