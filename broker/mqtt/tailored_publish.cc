#include "broker/mqtt/tailored_publish.h"

#include "broker/mqtt/packet_writer.h"
#include "broker/mqtt/property.h"

namespace godwit::mqtt {
namespace {

constexpr std::size_t kTopicAliasSize = 3;

bool has_packet_id(ByteView encoded) {
  return (std::to_integer<unsigned>(encoded[0]) & 0x06U) != 0;
}

// Reads the variable byte integer at `at` and moves behind it. Written by us, or checked before.
std::size_t take_varint(ByteView bytes, std::size_t& at) {
  std::size_t value = 0;
  unsigned shift = 0;
  unsigned byte = 0;
  do {
    byte = std::to_integer<unsigned>(bytes[at++]);
    value |= std::size_t{byte & 0x7FU} << shift;
    shift += 7;
  } while ((byte & 0x80U) != 0);
  return value;
}

std::size_t varint_size_of(std::size_t value) {
  CHECK(value <= kRemainingLengthMax);
  return varint_size(static_cast<std::uint32_t>(value));
}

}  // namespace

TailoredPublish::TailoredPublish(ByteView encoded, const PublishTailoring& tailoring)
    : encoded_(encoded), tailoring_(tailoring) {
  DCHECK(!tailoring.omit_topic || tailoring.topic_alias != 0);
  std::size_t at = 1;
  take_varint(encoded, at);
  const std::size_t topic_size = std::to_integer<std::size_t>(encoded[at]) << 8U |
                                 std::to_integer<std::size_t>(encoded[at + 1]);
  if (!tailoring.omit_topic) {
    topic_ = encoded.subspan(at + 2, topic_size);
  }
  const std::size_t id_size = has_packet_id(encoded) ? 2 : 0;
  at += 2 + topic_size + id_size;
  const std::size_t shared_properties_size = take_varint(encoded, at);
  rest_offset_ = at;
  std::size_t own_properties_size = tailoring.topic_alias != 0 ? kTopicAliasSize : 0;
  for (const std::uint32_t id : tailoring.subscription_identifiers) {
    own_properties_size += 1 + varint_size(id);
  }
  properties_size_ = own_properties_size + shared_properties_size;
  head_size_ = 2 + topic_.size() + id_size + varint_size_of(properties_size_) + own_properties_size;
}

std::size_t TailoredPublish::size() const {
  return packet_size(head_size_ + encoded_.size() - rest_offset_);
}

void TailoredPublish::append_head(std::uint8_t flags, PacketId packet_id, Bytes& out) const {
  DCHECK(has_packet_id(encoded_) == (packet_id != kNoPacketId));
  const std::size_t remaining = head_size_ + encoded_.size() - rest_offset_;
  Writer writer(out, packet_size(remaining) - (encoded_.size() - rest_offset_));
  write_fixed_header(writer,
                     {.type = PacketType::kPublish, .flags = flags, .remaining_length = remaining});
  writer.binary(topic_);
  if (packet_id != kNoPacketId) {
    writer.u16(packet_id.value());
  }
  writer.varint(static_cast<std::uint32_t>(properties_size_));
  if (tailoring_.topic_alias != 0) {
    writer.u8(static_cast<std::uint8_t>(PropertyId::kTopicAlias));
    writer.u16(tailoring_.topic_alias);
  }
  for (const std::uint32_t id : tailoring_.subscription_identifiers) {
    writer.u8(static_cast<std::uint8_t>(PropertyId::kSubscriptionIdentifier));
    writer.varint(id);
  }
}

}  // namespace godwit::mqtt
