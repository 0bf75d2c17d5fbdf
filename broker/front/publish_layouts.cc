#include "broker/front/publish_layouts.h"

namespace godwit::front {
namespace {

std::size_t layout_number(mqtt::ProtocolVersion version, mqtt::Qos qos) {
  return (mqtt::is_v5(version) ? 2U : 0U) + (qos != mqtt::Qos::kAtMostOnce ? 1U : 0U);
}

// Where the packet id stands: behind fixed header, length of the topic and topic.
std::size_t packet_id_offset(ByteView packet, std::size_t topic_size) {
  std::size_t at = 1;
  while ((packet[at] & std::byte{0x80}) != std::byte{}) {
    ++at;
  }
  return at + 1 + 2 + topic_size;
}

unsigned low_half_of_first_byte(const DeliveryFlags& flags) {
  return (flags.dup ? 0x08U : 0U) | static_cast<unsigned>(flags.qos) << 1U |
         (flags.retain ? 0x01U : 0U);
}

}  // namespace

void PublishLayouts::begin(const mqtt::Publish& publish, std::size_t receivers, Instant received) {
  publish_ = &publish;
  received_ = received;
  share_ = receivers > 1 && publish.payload.size() >= kShareFrom;
  message_ = {};
  for (Layout& layout : layouts_) {
    layout.ready = false;
    if (layout.shared) {
      layout.shared = {};
    }
  }
}

void PublishLayouts::begin(const mqtt::MessageRef& message, std::size_t receivers, Instant now) {
  of_message_ = mqtt::to_publish(*message, now);
  begin(of_message_, receivers, mqtt::arrival_of_rest(*message, now));
  message_ = message;
}

void PublishLayouts::seed(const mqtt::Frame& frame, mqtt::ProtocolVersion version) {
  Layout& layout = layouts_[layout_number(version, publish_->qos)];
  layout.ready = true;
  layout.bytes = frame.bytes;
  layout.packet_id_offset = packet_id_offset(frame.bytes, publish_->topic.text().size());
}

PublishLayouts::Layout& PublishLayouts::layout(mqtt::ProtocolVersion version, mqtt::Qos qos) {
  Layout& layout = layouts_[layout_number(version, qos)];
  if (!layout.ready) {
    encode(layout, version, qos);
  }
  return layout;
}

// Once for all receivers; apart, because what runs for each of them needs no room for a packet.
void PublishLayouts::encode(Layout& layout, mqtt::ProtocolVersion version, mqtt::Qos qos) {
  layout.ready = true;
  mqtt::Publish packet = *publish_;
  packet.qos = qos;
  // A placeholder: each copy gets its own.
  packet.packet_id = mqtt::PacketId(qos == mqtt::Qos::kAtMostOnce ? 0 : 1);
  packet.dup = false;
  packet.topic_alias = 0;
  layout.encoded.clear();
  mqtt::encode(packet, version, layout.encoded);
  layout.bytes = layout.encoded;
  layout.packet_id_offset = packet_id_offset(layout.bytes, packet.topic.text().size());
}

std::size_t PublishLayouts::size(mqtt::ProtocolVersion version, mqtt::Qos qos,
                                 const mqtt::PublishTailoring& tailoring) {
  const ByteView bytes = layout(version, qos).bytes;
  return tailoring.empty() || !mqtt::is_v5(version)
             ? bytes.size()
             : mqtt::TailoredPublish(bytes, tailoring).size();
}

void PublishLayouts::send(Wire& wire, Connection& to, const DeliveryFlags& flags) {
  Layout& layout = this->layout(to.version, flags.qos);
  if (!flags.tailoring.empty() && mqtt::is_v5(to.version)) {
    send_tailored(wire, to, flags, layout);
    return;
  }
  const bool has_id = flags.qos != mqtt::Qos::kAtMostOnce;
  const auto patch = [&](std::byte* packet) {
    packet[0] = std::byte(static_cast<unsigned>(mqtt::PacketType::kPublish) << 4U |
                          low_half_of_first_byte(flags));
    if (!has_id) {
      return;
    }
    packet[layout.packet_id_offset] = std::byte(flags.packet_id.value() >> 8U);
    packet[layout.packet_id_offset + 1] = std::byte(flags.packet_id.value() & 0xFFU);
  };
  if (!share_ && layout.bytes.size() <= Outbox::kContiguousMax) {
    patch(wire.append(to, layout.bytes));
    return;
  }
  // Long: the head is patched in a buffer of its own, the rest follows untouched.
  const std::size_t head_size = layout.packet_id_offset + (has_id ? 2 : 0);
  head_.assign(layout.bytes.begin(), layout.bytes.begin() + static_cast<std::ptrdiff_t>(head_size));
  patch(head_.data());
  wire.append(to, head_);
  send_rest(wire, to, layout, head_size);
}

void PublishLayouts::send_tailored(Wire& wire, Connection& to, const DeliveryFlags& flags,
                                   Layout& layout) {
  const mqtt::TailoredPublish tailored(layout.bytes, flags.tailoring);
  head_.clear();
  tailored.append_head(static_cast<std::uint8_t>(low_half_of_first_byte(flags)), flags.packet_id,
                       head_);
  wire.append(to, head_);
  send_rest(wire, to, layout, tailored.rest_offset());
}

void PublishLayouts::send_rest(Wire& wire, Connection& to, Layout& layout,
                               std::size_t offset) const {
  if (offset == layout.bytes.size()) {
    return;
  }
  if (!share_) {
    wire.append(to, layout.bytes.subspan(offset));
    return;
  }
  if (!layout.shared) {
    layout.shared = SharedBytes(layout.bytes);
  }
  wire.append_shared(to, layout.shared, offset);
}

const mqtt::MessageRef& PublishLayouts::message() {
  if (!message_) {
    message_ = mqtt::MessageRef::make(*publish_, received_);
  }
  return message_;
}

}  // namespace godwit::front
