#include "broker/records/message_record.h"

#include "base/check.h"

namespace godwit::records {
namespace {

constexpr std::uint64_t kQosMask = 0x03;
constexpr std::uint64_t kRetain = 0x04;
constexpr std::uint64_t kHasLifetime = 0x08;
constexpr std::uint64_t kHasPublisher = 0x10;
constexpr std::uint64_t kHasTenant = 0x20;
constexpr std::uint64_t kKnown = 0x3f;

std::uint64_t flags_of(const MessageRecord& message) {
  return static_cast<std::uint64_t>(message.qos) | (message.retain ? kRetain : 0) |
         (message.lifetime ? kHasLifetime : 0) | (message.publisher != 0 ? kHasPublisher : 0) |
         (message.tenant != TenantId(0) ? kHasTenant : 0);
}

}  // namespace

void append_record(Bytes& to, const MessageRecord& message) {
  const std::string_view topic = message.topic.text();
  const ByteView properties = message.properties.raw();
  CHECK(topic.size() <= UINT16_MAX && properties.size() <= UINT32_MAX &&
        message.payload.size() <= UINT32_MAX);
  put_big_endian(to, flags_of(message), 1);
  put_big_endian(to, topic.size(), 2);
  put_big_endian(to, properties.size(), 4);
  put_big_endian(to, message.payload.size(), 4);
  if (message.tenant != TenantId(0)) {
    put_big_endian(to, message.tenant.value(), 4);
  }
  if (message.publisher != 0) {
    put_big_endian(to, message.publisher, 8);
  }
  if (message.lifetime) {
    put_big_endian(to, static_cast<std::uint64_t>(message.lifetime->count()), 8);
  }
  append(to, as_bytes(topic));
  append(to, properties);
  append(to, message.payload);
}

Result<MessageRecord, RecordError> take_record(BigEndianReader& from) {
  MessageRecord message;
  const std::uint64_t flags = from.number(1);
  const std::size_t topic_size = from.number(2);
  const std::size_t properties_size = from.number(4);
  const std::size_t payload_size = from.number(4);
  if ((flags & ~kKnown) != 0 || (flags & kQosMask) > 2) {
    return fail(RecordError::kMalformed);
  }
  message.qos = static_cast<mqtt::Qos>(flags & kQosMask);
  message.retain = (flags & kRetain) != 0;
  if ((flags & kHasTenant) != 0) {
    message.tenant = TenantId(static_cast<std::uint32_t>(from.number(4)));
  }
  if ((flags & kHasPublisher) != 0) {
    message.publisher = from.number(8);
  }
  if ((flags & kHasLifetime) != 0) {
    const std::uint64_t lifetime = from.number(8);
    if (lifetime > INT64_MAX) {
      return fail(RecordError::kMalformed);
    }
    message.lifetime = std::chrono::milliseconds(static_cast<std::int64_t>(lifetime));
  }
  message.topic = mqtt::TopicName::from_checked(as_text(from.run(topic_size)));
  message.properties = mqtt::PropertiesView::from_checked(from.run(properties_size));
  message.payload = from.run(payload_size);
  if (!from.ok()) {
    return fail(RecordError::kTruncated);
  }
  return message;
}

}  // namespace godwit::records
