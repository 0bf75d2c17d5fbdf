#include "broker/front/mailroom.h"

#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "broker/mqtt/encoder.h"

namespace godwit::front {
namespace {

// Not 0 where an id has to be; each copy gets its own.
constexpr mqtt::PacketId kPlaceholderId{1};

// In front of each record's packet: what is known of it, so that nobody has to look for it again.
// Memory of one process: no byte order to agree on.
struct RecordHead {
  std::int64_t received_ns;
  std::uint32_t tenant;
  std::uint32_t publisher;
  std::uint32_t packet_size;
  std::uint32_t payload_size;     // At the end of the packet.
  std::uint32_t properties_size;  // In front of the payload.
  std::uint32_t message_expiry_interval;
  std::uint16_t topic_size;
  std::uint8_t topic_offset;
  mqtt::ProtocolVersion version;
  bool expires;
  bool deliver;
  bool retain;
  bool shared;  // A ShareTarget stands behind this head.
};
static_assert(sizeof(RecordHead) == 40);
static_assert(std::is_trivially_copyable_v<ShareTarget>);

// Behind the variable byte integer at `at`.
std::size_t skip_varint(ByteView packet, std::size_t at) {
  while ((packet[at] & std::byte{0x80}) != std::byte{}) {
    ++at;
  }
  return at + 1;
}

// `packet`: that of `mailed`, whose views may be into another copy of it.
RecordHead head_of(const MailedPublish& mailed, mqtt::ProtocolVersion version, ByteView packet) {
  const mqtt::Publish& publish = mailed.publish;
  const std::size_t topic_size = publish.topic.text().size();
  const std::size_t topic_offset = skip_varint(packet, 1) + 2;
  const std::size_t payload_at = packet.size() - publish.payload.size();
  std::size_t properties_at = payload_at;
  if (mqtt::is_v5(version)) {
    const std::size_t id_size = publish.qos == mqtt::Qos::kAtMostOnce ? 0 : 2;
    properties_at = skip_varint(packet, topic_offset + topic_size + id_size);
  }
  return {.received_ns = mailed.received.time_since_epoch().count(),
          .tenant = mailed.tenant.value(),
          .publisher = mailed.publisher,
          .packet_size = static_cast<std::uint32_t>(packet.size()),
          .payload_size = static_cast<std::uint32_t>(publish.payload.size()),
          .properties_size = static_cast<std::uint32_t>(payload_at - properties_at),
          .message_expiry_interval = publish.message_expiry_interval.value_or(0),
          .topic_size = static_cast<std::uint16_t>(topic_size),
          .topic_offset = static_cast<std::uint8_t>(topic_offset),
          .version = version,
          .expires = publish.message_expiry_interval.has_value(),
          .deliver = mailed.deliver,
          .retain = mailed.retain,
          .shared = mailed.share.has_value()};
}

void encode_packet(const mqtt::Publish& publish, Bytes& records) {
  mqtt::Publish packet = publish;
  packet.topic_alias = 0;
  if (packet.qos != mqtt::Qos::kAtMostOnce) {
    packet.packet_id = kPlaceholderId;
  }
  mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, records);
}

// The views of a publish into its packet.
void read_packet(const RecordHead& head, ByteView packet, mqtt::Publish& publish) {
  const auto flags = std::to_integer<unsigned>(packet[0]);
  publish.qos = static_cast<mqtt::Qos>((flags >> 1U) & 3U);
  publish.dup = (flags & 8U) != 0;
  publish.retain = (flags & 1U) != 0;
  publish.packet_id = publish.qos == mqtt::Qos::kAtMostOnce ? mqtt::kNoPacketId : kPlaceholderId;
  publish.topic =
      mqtt::TopicName::from_checked(as_text(packet.subspan(head.topic_offset, head.topic_size)));
  publish.payload = packet.last(head.payload_size);
  publish.properties = mqtt::PropertiesView::from_checked(
      packet.first(packet.size() - head.payload_size).last(head.properties_size));
  publish.topic_alias = 0;
  publish.message_expiry_interval.reset();
  if (head.expires) {
    publish.message_expiry_interval = head.message_expiry_interval;
  }
}

}  // namespace

void append_record(const MailedPublish& mailed, Bytes& records) {
  const std::size_t start = records.size();
  const std::size_t head_size = sizeof(RecordHead) + (mailed.share ? sizeof(ShareTarget) : 0);
  records.resize(start + head_size);
  mqtt::ProtocolVersion version = mailed.version;
  if (mailed.packet.empty()) {
    version = mqtt::ProtocolVersion::k5_0;
    encode_packet(mailed.publish, records);
  } else {
    append(records, mailed.packet);
  }
  const RecordHead head = head_of(mailed, version, ByteView(records).subspan(start + head_size));
  std::memcpy(records.data() + start, &head, sizeof head);
  if (mailed.share) {
    std::memcpy(records.data() + start + sizeof head, &*mailed.share, sizeof(ShareTarget));
  }
}

bool RecordWalk::next(MailedPublish& mailed) {
  if (rest_.empty()) {
    return false;
  }
  RecordHead head{};
  CHECK(rest_.size() >= sizeof head);
  std::memcpy(&head, rest_.data(), sizeof head);
  rest_ = rest_.subspan(sizeof head);
  mailed.share.reset();
  if (head.shared) {
    CHECK(rest_.size() >= sizeof(ShareTarget));
    std::memcpy(&mailed.share.emplace(), rest_.data(), sizeof(ShareTarget));
    rest_ = rest_.subspan(sizeof(ShareTarget));
  }
  CHECK(rest_.size() >= head.packet_size);
  mailed.tenant = TenantId(head.tenant);
  mailed.publisher = head.publisher;
  mailed.deliver = head.deliver;
  mailed.retain = head.retain;
  mailed.received = Instant(Duration(head.received_ns));
  mailed.version = head.version;
  mailed.packet = rest_.first(head.packet_size);
  read_packet(head, mailed.packet, mailed.publish);
  rest_ = rest_.subspan(head.packet_size);
  return true;
}

}  // namespace godwit::front
