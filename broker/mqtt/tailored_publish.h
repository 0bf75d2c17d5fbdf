// One receiver's copy of a PUBLISH of 5.0 that is encoded already. What is this receiver's alone
// (Subscription Identifiers, Topic Alias) stands in front of the other properties, so the copy is a
// new head and the untouched rest of the packet: properties and payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "broker/mqtt/types.h"

namespace godwit::mqtt {

struct PublishTailoring {
  // One property each (MQTT-3.3.4-3 to -5).
  std::span<const std::uint32_t> subscription_identifiers;
  std::uint16_t topic_alias = 0;  // 0: none.
  bool omit_topic = false;        // The receiver knows it by the alias (section 3.3.2.3.4).

  [[nodiscard]] bool empty() const { return subscription_identifiers.empty() && topic_alias == 0; }
};

class TailoredPublish {
 public:
  // `encoded`: a whole PUBLISH of 5.0, well-formed, with its topic and without an alias; borrowed.
  TailoredPublish(ByteView encoded, const PublishTailoring& tailoring);

  // Of the whole copy, in bytes.
  [[nodiscard]] std::size_t size() const;
  // Appends all that stands before the rest. `flags`: the low half of the first byte.
  // `packet_id`: set exactly if the encoded packet has one.
  void append_head(std::uint8_t flags, PacketId packet_id, Bytes& out) const;
  // Where in `encoded` the rest begins.
  [[nodiscard]] std::size_t rest_offset() const { return rest_offset_; }

 private:
  ByteView encoded_;
  PublishTailoring tailoring_;
  ByteView topic_;
  std::size_t rest_offset_ = 0;
  std::size_t properties_size_ = 0;  // Of the copy.
  std::size_t head_size_ = 0;        // Of the copy, without its fixed header.
};

}  // namespace godwit::mqtt
