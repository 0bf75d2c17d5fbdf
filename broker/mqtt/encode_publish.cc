// PUBLISH: the hot path, and its acknowledgements.
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/packet_writer.h"

namespace godwit::mqtt {
namespace {

constexpr std::size_t kMessageExpirySize = 5;
constexpr std::size_t kTopicAliasSize = 3;

// Properties that the struct has fields for: the fields are what is written.
bool is_field(PropertyId id) {
  return id == PropertyId::kTopicAlias || id == PropertyId::kMessageExpiryInterval;
}

// Calls `visit` with each stretch of the list that is not such a property.
template <class Visit>
void for_each_written_part(PropertiesView properties, Visit visit) {
  const ByteView raw = properties.raw();
  PropertiesView::Walk walk = properties.walk();
  Property property;
  std::size_t part = 0;
  std::size_t at = 0;
  while (walk.next(property)) {
    const std::size_t next = raw.size() - walk.rest_size();
    if (is_field(property.id)) {
      visit(raw.subspan(part, at - part));
      part = next;
    }
    at = next;
  }
  visit(raw.subspan(part));
}

struct PublishSizes {
  std::size_t properties = 0;  // The list without its length.
  bool is_list_whole = true;   // Nothing is left out of the list that the packet came with.
  std::size_t before_payload = 0;
  std::size_t remaining = 0;
};

PublishSizes sizes_of(const Publish& packet, ProtocolVersion version) {
  PublishSizes sizes;
  sizes.before_payload = Writer::text_size(packet.topic.text());
  sizes.before_payload += packet.qos == Qos::kAtMostOnce ? 0 : 2;  // MQTT-2.2.1-2
  if (is_v5(version)) {
    for_each_written_part(packet.properties,
                          [&](ByteView part) { sizes.properties += part.size(); });
    sizes.is_list_whole = sizes.properties == packet.properties.raw().size();
    sizes.properties += packet.message_expiry_interval ? kMessageExpirySize : 0;
    sizes.properties += packet.topic_alias != 0 ? kTopicAliasSize : 0;
    CHECK(sizes.properties <= kRemainingLengthMax);
    sizes.before_payload +=
        varint_size(static_cast<std::uint32_t>(sizes.properties)) + sizes.properties;
  }
  sizes.remaining = sizes.before_payload + packet.payload.size();
  return sizes;
}

void write_properties(Writer& writer, const Publish& packet, const PublishSizes& sizes) {
  writer.varint(static_cast<std::uint32_t>(sizes.properties));
  if (packet.message_expiry_interval) {
    writer.u8(static_cast<std::uint8_t>(PropertyId::kMessageExpiryInterval));
    writer.u32(*packet.message_expiry_interval);
  }
  if (packet.topic_alias != 0) {
    writer.u8(static_cast<std::uint8_t>(PropertyId::kTopicAlias));
    writer.u16(packet.topic_alias);
  }
  if (sizes.is_list_whole) {
    writer.raw(packet.properties.raw());
  } else {
    for_each_written_part(packet.properties, [&](ByteView part) { writer.raw(part); });
  }
}

std::uint8_t publish_flags(const Publish& packet) {
  unsigned flags = static_cast<unsigned>(packet.qos) << 1U;
  flags |= packet.dup ? 8U : 0U;
  flags |= packet.retain ? 1U : 0U;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

void encode(const Publish& packet, ProtocolVersion version, Bytes& out) {
  const bool has_id = packet.qos != Qos::kAtMostOnce;
  CHECK(has_id == (packet.packet_id != kNoPacketId));
  CHECK(has_id || !packet.dup);  // MQTT-3.3.1-2
  CHECK(!packet.topic.empty() || (is_v5(version) && packet.topic_alias != 0));
  const PublishSizes sizes = sizes_of(packet, version);
  {
    Writer writer(out, packet_size(sizes.remaining) - packet.payload.size());
    write_fixed_header(writer, {.type = PacketType::kPublish,
                                .flags = publish_flags(packet),
                                .remaining_length = sizes.remaining});
    writer.text(packet.topic.text());
    if (has_id) {
      writer.u16(packet.packet_id.value());
    }
    if (is_v5(version)) {
      write_properties(writer, packet, sizes);
    }
  }
  append(out, packet.payload);
}

std::size_t encoded_size(const Publish& packet, ProtocolVersion version) {
  return packet_size(sizes_of(packet, version).remaining);
}

void encode(const PublishAck& packet, ProtocolVersion version, Bytes& out) {
  const std::uint8_t flags = packet.type == PacketType::kPubrel ? 0b0010 : 0;  // MQTT-3.6.1-1
  std::size_t size = 2;
  if (is_v5(version)) {
    check_reason_code(packet.reason_code, packet.type);
    // E-086: success is not written, and no properties are not either.
    if (!packet.properties.empty()) {
      size += 1 + PacketWriter::properties_size(packet.properties, version);
    } else if (packet.reason_code != ReasonCode::kSuccess) {
      size += 1;
    }
  }
  PacketWriter writer(out, {.type = packet.type, .flags = flags, .remaining_length = size});
  writer.packet_id(packet.packet_id);
  if (size > 2) {
    writer.reason_code(packet.reason_code);
  }
  if (size > 3) {
    writer.properties(packet.properties, version);
  }
}

}  // namespace godwit::mqtt
