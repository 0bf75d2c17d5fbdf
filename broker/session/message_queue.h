// The messages that wait for one session: its client is away, its window is full, or its socket
// does not take more. Bounded in messages and bytes; the oldest goes when one more comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/mqtt/message.h"
#include "broker/session/limits.h"

namespace godwit::session {

struct QueuedMessage {
  mqtt::MessageRef message;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;  // The lower of published and granted.
  bool retain = false;                      // RETAIN as it is to be sent.
};

class MessageQueue {
 public:
  // Returns how many of the oldest had to go to make room; the new one itself counts if it alone
  // is over the limit.
  std::size_t push(QueuedMessage message, const SessionLimits& limits);

  [[nodiscard]] const QueuedMessage& front() const { return ring_[head_]; }
  QueuedMessage pop();

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  // Of the messages, as if this queue held them alone.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void grow();

  std::vector<QueuedMessage> ring_;  // Power of two, or empty: an idle session pays nothing.
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::session
