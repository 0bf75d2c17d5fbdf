// PUBLISH: the hot path.
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

}  // namespace

DecodeResult<Publish> decode_publish(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kPublish);
  Cursor cursor(frame);
  Publish packet;
  read_publish_flags(cursor, frame.flags, packet);

  const std::size_t topic_at = cursor.offset();
  const std::string_view topic = cursor.unchecked_text("topic name is cut off");  // MQTT-3.3.2-1
  if (!topic.empty()) {
    if (const auto fault = find_topic_name_fault(topic, context.limits)) {
      refuse_topic(cursor, *fault, topic_at + 2, ReasonCode::kTopicNameInvalid);
    }
    packet.topic = TopicName::from_checked(topic);
  } else if (!is_v5(context.version)) {
    cursor.refuse_malformed(topic_at, "topic name is empty");  // MQTT-4.7.3-1
  }
  if (packet.qos != Qos::kAtMostOnce) {
    packet.packet_id = read_packet_id(cursor);  // MQTT-2.2.1-2, -3
  }
  if (is_v5(context.version)) {
    const CheckedProperties properties = read_properties(cursor, PropertyPlace::kPublish, context);
    packet.properties = properties.view;
    packet.topic_alias = properties.topic_alias;
    packet.message_expiry_interval = properties.message_expiry_interval;
    if (packet.topic.empty() && packet.topic_alias == 0) {
      // E-045
      cursor.refuse(ReasonCode::kProtocolError, topic_at, "no topic name and no topic alias");
    }
  }
  packet.payload = cursor.rest();
  if (!cursor.ok()) {
    return fail(cursor.error());
  }
  return packet;
}

}  // namespace godwit::mqtt
