// PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK.
#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/read_fields.h"

namespace godwit::mqtt {
namespace {

// The values of PropertyPlace are those of PacketType.
PropertyPlace place_of(PacketType type) {
  return static_cast<PropertyPlace>(static_cast<std::uint8_t>(type));
}

bool is_return_code_3x(std::uint8_t code, ProtocolVersion version) {
  // 3.1.1: MQTT-3.9.3-2. 3.1 has no code for a failure (E-097).
  return code <= 2 || (code == 0x80 && version == ProtocolVersion::k3_1_1);
}

// One code a filter, at least one (MQTT-3.9.3-2, MQTT-3.11.3-2).
ByteView read_reason_codes(Cursor& cursor, PacketType type, const DecodeContext& context) {
  const std::size_t begin = cursor.offset();
  const ByteView codes = cursor.rest();
  if (codes.empty()) {
    cursor.refuse_malformed(begin, "reason codes are missing");
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto code = std::to_integer<std::uint8_t>(codes[i]);
    const bool is_allowed =
        is_v5(context.version)
            ? reason_code_allowed(static_cast<ReasonCode>(code), type, context.sender)
            : is_return_code_3x(code, context.version);
    if (!is_allowed) {
      cursor.refuse(ReasonCode::kProtocolError, begin + i,
                    "reason code is not allowed in this packet");
      break;
    }
  }
  return codes;
}

}  // namespace

DecodeResult<PublishAck> decode_publish_ack(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type >= PacketType::kPuback && frame.type <= PacketType::kPubcomp);
  DecodeResult<PublishAck> result{PublishAck{}};
  PublishAck& packet = *result;
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  packet.type = frame.type;
  packet.packet_id = read_packet_id(cursor);
  // E-086: in 5.0 the code and then the properties may be left out.
  if (is_v5(context.version) && !cursor.empty()) {
    // MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.6.2-1, MQTT-3.7.2-1
    packet.reason_code = read_reason_code(cursor, frame.type, context.sender);
    if (!cursor.empty()) {
      packet.properties = read_properties(cursor, place_of(frame.type), context).view;
    }
  }
  cursor.refuse_surplus();
  if (!cursor.ok()) {
    result = DecodeResult<PublishAck>(fail(cursor.error()));
  }
  return result;
}

DecodeResult<Suback> decode_suback(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kSuback);
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  Suback packet;
  packet.packet_id = read_packet_id(cursor);
  packet.properties = read_properties(cursor, PropertyPlace::kSuback, context).view;
  packet.reason_codes = read_reason_codes(cursor, frame.type, context);
  return finish(cursor, packet);
}

DecodeResult<Unsuback> decode_unsuback(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kUnsuback);
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  Unsuback packet;
  packet.packet_id = read_packet_id(cursor);
  if (is_v5(context.version)) {
    packet.properties = read_properties(cursor, PropertyPlace::kUnsuback, context).view;
    packet.reason_codes = read_reason_codes(cursor, frame.type, context);
  }
  return finish(cursor, packet);
}

}  // namespace godwit::mqtt
