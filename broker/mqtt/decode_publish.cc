// PUBLISH: the hot path. The packet is built where the caller gets it, and each look at the topic
// name is at eight bytes.
#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/read_fields.h"

namespace godwit::mqtt {
namespace {

void read_publish_flags(Cursor& cursor, std::uint8_t flags, Publish& packet) {
  const unsigned qos = (flags >> 1U) & 3U;
  packet.retain = (flags & 1U) != 0;
  packet.dup = (flags & 8U) != 0;
  packet.qos = static_cast<Qos>(qos);
  if (qos == 3) {
    cursor.refuse_malformed(0, "QoS is 3");  // MQTT-3.3.1-4
  }
  if (qos == 0 && packet.dup) {
    cursor.refuse_malformed(0, "DUP is set at QoS 0");  // MQTT-3.3.1-2
  }
}

// Empty where 5.0 may have a topic alias instead.
TopicName read_published_topic(Cursor& cursor, const DecodeContext& context) {
  const std::size_t topic_at = cursor.offset();
  const std::string_view text = cursor.unchecked_text("topic name is cut off");  // MQTT-3.3.2-1
  if (is_plain_topic_name(text, context.limits)) {
    return TopicName::from_checked(text);
  }
  if (text.empty()) {
    if (!is_v5(context.version)) {
      cursor.refuse_malformed(topic_at, "topic name is empty");  // MQTT-4.7.3-1
    }
    return {};
  }
  if (const auto fault = find_topic_name_fault(text, context.limits)) {
    refuse_topic(cursor, *fault, cursor.offset() - text.size(), ReasonCode::kTopicNameInvalid);
  }
  return TopicName::from_checked(text);
}

}  // namespace

DecodeResult<Publish> decode_publish(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kPublish);
  DecodeResult<Publish> result{Publish{}};
  Publish& packet = *result;
  Cursor cursor(frame);
  read_publish_flags(cursor, frame.flags, packet);
  const std::size_t topic_at = cursor.offset();
  packet.topic = read_published_topic(cursor, context);
  if (packet.qos != Qos::kAtMostOnce) {
    packet.packet_id = read_packet_id(cursor);  // MQTT-2.2.1-2, MQTT-2.2.1-3
  }
  if (is_v5(context.version)) {
    const CheckedProperties properties = read_properties(cursor, PropertyPlace::kPublish, context);
    packet.properties = properties.view;
    packet.topic_alias = properties.topic_alias;
    packet.message_expiry_interval = properties.message_expiry_interval;
    if (packet.topic.empty() && packet.topic_alias == 0) {  // E-045
      cursor.refuse(ReasonCode::kProtocolError, topic_at, "no topic name and no topic alias");
    }
  }
  packet.payload = cursor.rest();
  if (!cursor.ok()) {
    result = DecodeResult<Publish>(fail(cursor.error()));
  }
  return result;
}

}  // namespace godwit::mqtt
