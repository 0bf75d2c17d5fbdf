#include "broker/session/message_queue.h"

#include <utility>

#include "base/check.h"

namespace godwit::session {

std::vector<OutgoingMessage> MessageQueue::push(OutgoingMessage message,
                                                const SessionLimits& limits) {
  std::vector<OutgoingMessage> dropped;
  const std::size_t size = message.message->size_bytes();
  if (size > limits.queue_bytes_max || limits.queue_messages_max == 0) {
    dropped.push_back(std::move(message));
    return dropped;
  }
  while (count_ > 0 &&
         (count_ >= limits.queue_messages_max || bytes_ + size > limits.queue_bytes_max)) {
    dropped.push_back(pop());
  }
  append(std::move(message));
  return dropped;
}

void MessageQueue::append(OutgoingMessage message) {
  if (count_ == ring_.size()) {
    grow();
  }
  bytes_ += message.message->size_bytes();
  ring_[(head_ + count_) & (ring_.size() - 1)] = std::move(message);
  ++count_;
}

std::vector<OutgoingMessage> MessageQueue::take_shared(std::uint16_t share) {
  std::vector<OutgoingMessage> taken;
  for (std::size_t rest = count_; rest > 0; --rest) {
    OutgoingMessage message = pop();
    const bool wanted = message.share != 0 && (share == 0 || message.share == share);
    if (wanted) {
      taken.push_back(std::move(message));
    } else {
      append(std::move(message));
    }
  }
  return taken;
}

OutgoingMessage MessageQueue::pop() {
  CHECK(count_ > 0);
  OutgoingMessage message = std::move(ring_[head_]);
  head_ = (head_ + 1) & static_cast<std::uint32_t>(ring_.size() - 1);
  --count_;
  bytes_ -= message.message->size_bytes();
  if (count_ == 0) {
    // A burst is over; its ring is given back unless it is small.
    constexpr std::size_t kKeep = 64;
    if (ring_.size() > kKeep) {
      ring_.clear();
    }
    head_ = 0;
  }
  return message;
}

void MessageQueue::grow() {
  ThinVector<OutgoingMessage> larger(ring_.empty() ? 4 : ring_.size() * 2);
  for (std::size_t i = 0; i < count_; ++i) {
    larger[i] = std::move(ring_[(head_ + i) & (ring_.size() - 1)]);
  }
  ring_ = std::move(larger);
  head_ = 0;
}

}  // namespace godwit::session
