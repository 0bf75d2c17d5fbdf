// One PUBLISH on its way to many receivers, encoded once for each layout that they need.
//
// Four layouts exist: 3.x or 5.0, with or without a packet id. Within one, copies differ in the
// first byte (DUP, QoS, RETAIN) and the two bytes of the packet id, so those are put into the copy.
// The packet as it came in often is one of the layouts already and is used as it lies. A receiver
// with properties of its own gets a head of its own in front of the layout's properties and
// payload.
//
// Thread: the front's; one object, reused for every publish. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "broker/front/connection.h"
#include "broker/front/wire.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/message.h"
#include "broker/mqtt/packet.h"
#include "broker/mqtt/tailored_publish.h"

namespace godwit::front {

// How one receiver gets it.
struct DeliveryFlags {
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;
  bool dup = false;
  mqtt::PacketId packet_id = mqtt::kNoPacketId;  // Set exactly if qos is not 0.
  mqtt::PublishTailoring tailoring;              // Used in 5.0 only.
};

class PublishLayouts {
 public:
  // Payloads from this size on are hung into outboxes by reference if several receivers match. Not
  // less: head and payload take a chunk of the outbox each, so that the bound on the bytes of an
  // outbox would say little of its memory.
  static constexpr std::size_t kShareFrom = ChunkSlab::kChunkBytes;

  // Starts with another publish, borrowed until the next begin. `receivers`: about how many will
  // get it. `received`: when, for those copies that must wait.
  void begin(const mqtt::Publish& publish, std::size_t receivers, Instant received);
  // With a message that has waited; what waits again is the message itself.
  void begin(const mqtt::MessageRef& message, std::size_t receivers, Instant now);
  // The packet as it arrived, if it may be passed on as it lies: no alias, and a topic in it.
  void seed(const mqtt::Frame& frame, mqtt::ProtocolVersion version);

  [[nodiscard]] const mqtt::Publish& publish() const { return *publish_; }
  [[nodiscard]] Instant received() const { return received_; }
  // The size of the packet that `send` would append.
  [[nodiscard]] std::size_t size(mqtt::ProtocolVersion version, mqtt::Qos qos,
                                 const mqtt::PublishTailoring& tailoring);
  void send(Wire& wire, Connection& to, const DeliveryFlags& flags);
  // A copy for whoever must wait for it; made at the first call.
  [[nodiscard]] const mqtt::MessageRef& message();

 private:
  struct Layout {
    bool ready = false;
    ByteView bytes;
    std::size_t packet_id_offset = 0;  // Also where properties begin if there is no packet id.
    Bytes encoded;                     // What `bytes` shows, unless it is the packet as it came.
    SharedBytes shared;
  };

  Layout& layout(mqtt::ProtocolVersion version, mqtt::Qos qos);
  void encode(Layout& layout, mqtt::ProtocolVersion version, mqtt::Qos qos);
  void send_tailored(Wire& wire, Connection& to, const DeliveryFlags& flags, Layout& layout);
  // Appends what follows the head of a long packet.
  void send_rest(Wire& wire, Connection& to, Layout& layout, std::size_t offset) const;

  const mqtt::Publish* publish_ = nullptr;
  mqtt::Publish of_message_;  // What it points to, if a message has begun it.
  Instant received_{};
  bool share_ = false;
  mqtt::MessageRef message_;
  std::array<Layout, 4> layouts_;
  Bytes head_;  // Scratch of send.
};

}  // namespace godwit::front
