#include "broker/mqtt/read_fields.h"

namespace godwit::mqtt {

CheckedProperties read_properties(Cursor& cursor, PropertyPlace place,
                                  const DecodeContext& context) {
  CheckedProperties properties;
  if (!is_v5(context.version)) {
    return properties;
  }
  const std::size_t length_at = cursor.offset();
  const std::uint32_t length = cursor.varint("property length is cut off");  // MQTT-2.2.2-1
  if (length == 0) {
    return properties;
  }
  if (length > cursor.remaining()) {
    cursor.refuse_malformed(length_at, "properties are cut off");
    return properties;
  }
  const std::size_t list_at = cursor.offset();
  Cursor list(cursor.take(length), list_at);
  check_properties(list, place, context, properties);
  if (!list.ok()) {
    cursor.refuse(list.error().reason, list.error().offset, list.error().what);
  }
  return properties;
}

void refuse_wrong_flags(Cursor& cursor, const Frame& frame, ProtocolVersion version) {
  constexpr std::uint8_t kReserved = 0b0010;
  constexpr std::uint8_t kDup = 0b1000;
  // MQTT-3.6.1-1, MQTT-3.8.1-1, MQTT-3.10.1-1
  const bool has_reserved_bit = frame.type == PacketType::kPubrel ||
                                frame.type == PacketType::kSubscribe ||
                                frame.type == PacketType::kUnsubscribe;
  std::uint8_t flags = frame.flags;
  if (has_reserved_bit && version == ProtocolVersion::k3_1) {
    flags &= static_cast<std::uint8_t>(~kDup);  // E-098: a repeat.
  }
  if (flags != (has_reserved_bit ? kReserved : 0)) {
    cursor.refuse_malformed(0, "reserved flags of the fixed header are wrong");
  }
}

PacketId read_packet_id(Cursor& cursor) {
  const std::size_t at = cursor.offset();
  const PacketId id{cursor.u16("packet identifier is cut off")};
  if (id == kNoPacketId) {
    cursor.refuse(ReasonCode::kProtocolError, at, "packet identifier is 0");
  }
  return id;
}

ReasonCode read_reason_code(Cursor& cursor, PacketType type, Sender sender) {
  const std::size_t at = cursor.offset();
  const ReasonCode code{cursor.u8("reason code is cut off")};
  if (!reason_code_allowed(code, type, sender)) {
    cursor.refuse(ReasonCode::kProtocolError, at, "reason code is not allowed in this packet");
  }
  return code;
}

TopicName read_topic_name(Cursor& cursor, const CodecLimits& limits, std::string_view cut_off) {
  const std::string_view text = cursor.unchecked_text(cut_off);
  if (const auto fault = find_topic_name_fault(text, limits)) {
    refuse_topic(cursor, *fault, cursor.offset() - text.size(), ReasonCode::kTopicNameInvalid);
    return {};
  }
  return TopicName::from_checked(text);
}

TopicFilter read_topic_filter(Cursor& cursor, const CodecLimits& limits) {
  const std::string_view text = cursor.unchecked_text("topic filter is cut off");
  if (const auto fault = find_topic_filter_fault(text, limits)) {
    refuse_topic(cursor, *fault, cursor.offset() - text.size(), ReasonCode::kTopicFilterInvalid);
    return {};
  }
  return TopicFilter::from_checked(text);
}

void refuse_topic(Cursor& cursor, const TopicFault& fault, std::size_t offset,
                  ReasonCode too_many_levels) {
  const std::size_t at = offset + fault.offset;
  switch (fault.error) {
    case TopicError::kEmpty:  // MQTT-4.7.3-1
      return cursor.refuse_malformed(at, "topic is empty");
    case TopicError::kTooLong:  // MQTT-4.7.3-3
      return cursor.refuse_malformed(at, "topic is too long");
    case TopicError::kNotUtf8:  // MQTT-4.7.3-2
      return cursor.refuse_malformed(at, "topic is not valid UTF-8");
    case TopicError::kWildcardInName:  // MQTT-3.3.2-2
      return cursor.refuse_malformed(at, "topic name has a wildcard");
    case TopicError::kWildcardMisplaced:  // MQTT-4.7.1-1, MQTT-4.7.1-2
      return cursor.refuse_malformed(at, "wildcard does not fill its level");
    case TopicError::kShareNameInvalid:  // MQTT-4.8.2-1, MQTT-4.8.2-2
      return cursor.refuse_malformed(at, "share name is not valid");
    case TopicError::kTooManyLevels:  // E-093
      return cursor.refuse(too_many_levels, at, "topic has too many levels");
  }
}

}  // namespace godwit::mqtt
