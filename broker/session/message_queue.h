// The messages that wait for one session: its client is away, its window is full, or its socket
// does not take more. Bounded in messages and bytes; the oldest goes when one more comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thin_vector.h"
#include "broker/session/limits.h"
#include "broker/session/outgoing_message.h"

namespace godwit::session {

class MessageQueue {
 public:
  // Returns those that had to go to make room, oldest first; the new one itself if it alone is over
  // the limit.
  [[nodiscard]] std::vector<OutgoingMessage> push(OutgoingMessage message,
                                                  const SessionLimits& limits);

  [[nodiscard]] const OutgoingMessage& front() const { return ring_[head_]; }
  OutgoingMessage pop();
  // Takes out, in their order, those of a shared subscription: of this one, or of any if 0.
  [[nodiscard]] std::vector<OutgoingMessage> take_shared(std::uint16_t share);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  // Of the messages, as if this queue held them alone.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void append(OutgoingMessage message);
  void grow();

  ThinVector<OutgoingMessage> ring_;  // Power of two, or empty: an idle session pays nothing.
  std::uint32_t head_ = 0;
  std::uint32_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::session
