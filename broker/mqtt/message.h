// An application message that outlives its packet: queued, retained, or a will.
//
// One allocation holds the counter, the fields and the bytes. Immutable once made. The reference
// count is plain, so a message never leaves the thread that made it; what goes to another thread
// is mailed as bytes and made again there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/time.h"
#include "broker/mqtt/packet.h"

namespace godwit::mqtt {

class MessageRef;

class Message {
 public:
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  [[nodiscard]] TopicName topic() const;
  [[nodiscard]] ByteView payload() const;
  // As received, without Topic Alias, Message Expiry Interval and Will Delay Interval.
  [[nodiscard]] PropertiesView properties() const;
  [[nodiscard]] Qos qos() const { return qos_; }
  [[nodiscard]] bool retain() const { return retain_; }
  // Message Expiry Interval as received, in seconds (MQTT-3.3.2-5, -6).
  [[nodiscard]] std::optional<std::uint32_t> expiry_interval_seconds() const;
  // When it arrived here; the interval above counts from then.
  [[nodiscard]] Instant received() const { return received_; }
  [[nodiscard]] bool expired(Instant now) const { return now >= deadline(); }
  [[nodiscard]] Instant deadline() const;
  // What it costs a queue: the bytes of this allocation.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  friend class MessageRef;
  Message() = default;
  ~Message() = default;
  [[nodiscard]] const std::byte* bytes() const {
    return reinterpret_cast<const std::byte*>(this + 1);
  }

  Instant received_{};
  std::uint32_t references_ = 1;
  std::uint32_t payload_size_ = 0;
  std::uint32_t properties_size_ = 0;
  std::uint32_t expiry_interval_ = 0;
  std::uint16_t topic_size_ = 0;
  Qos qos_ = Qos::kAtMostOnce;
  bool retain_ = false;
  bool has_expiry_ = false;
};

// A counted reference. Thread: the one that made the message.
class MessageRef {
 public:
  MessageRef() = default;
  MessageRef(const MessageRef& other) : message_(other.message_) {
    if (message_ != nullptr) {
      ++message_->references_;
    }
  }
  MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef& operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() { release(); }

  // Copies what must live on out of a packet's view. Topic Alias, Message Expiry Interval and Will
  // Delay Interval are taken out of the properties; the packet's topic must be the resolved one.
  [[nodiscard]] static MessageRef make(const Publish& publish, Instant received);

  [[nodiscard]] explicit operator bool() const { return message_ != nullptr; }
  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }

 private:
  void release();
  Message* message_ = nullptr;
};

// The packet that delivers `message`, as views into it. The caller sets packet id, DUP, RETAIN and
// the lower QoS; the Message Expiry Interval left at `now` is in its own field, to be written in
// front of the properties.
[[nodiscard]] Publish to_publish(const Message& message, Instant now);

// When that packet would have had to arrive for the message to keep its deadline: seconds are whole
// in packets and not in waiting. For those who make a message of the packet again.
[[nodiscard]] Instant arrival_of_rest(const Message& message, Instant now);

}  // namespace godwit::mqtt
