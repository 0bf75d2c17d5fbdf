// PINGREQ, PINGRESP, DISCONNECT and AUTH.
#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/read_fields.h"

namespace godwit::mqtt {
namespace {

template <class Ping>
DecodeResult<Ping> decode_ping(const Frame& frame) {
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, ProtocolVersion::k5_0);  // The same in all versions.
  return finish(cursor, Ping{});                             // MQTT-3.12.4-1
}

}  // namespace

DecodeResult<Pingreq> decode_pingreq(const Frame& frame) {
  DCHECK(frame.type == PacketType::kPingreq);
  return decode_ping<Pingreq>(frame);
}

DecodeResult<Pingresp> decode_pingresp(const Frame& frame) {
  DCHECK(frame.type == PacketType::kPingresp);
  return decode_ping<Pingresp>(frame);
}

DecodeResult<Disconnect> decode_disconnect(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kDisconnect);
  Cursor cursor(frame);
  if (!is_v5(context.version) && context.sender == Sender::kServer) {  // E-116
    cursor.refuse(ReasonCode::kProtocolError, 0, "DISCONNECT from a server before 5.0");
  }
  refuse_wrong_flags(cursor, frame, context.version);  // MQTT-3.14.1-1
  Disconnect packet;
  // E-086: the code and then the properties may be left out.
  if (is_v5(context.version) && !cursor.empty()) {
    packet.reason_code = read_reason_code(cursor, frame.type, context.sender);  // MQTT-3.14.2-1
    if (!cursor.empty()) {
      packet.properties = read_properties(cursor, PropertyPlace::kDisconnect, context).view;
    }
  }
  return finish(cursor, packet);
}

DecodeResult<Auth> decode_auth(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kAuth);
  Cursor cursor(frame);
  if (!is_v5(context.version)) {  // E-111: the type was reserved.
    cursor.refuse_malformed(0, "AUTH before 5.0");
  }
  refuse_wrong_flags(cursor, frame, context.version);  // MQTT-3.15.1-1
  Auth packet;
  if (cursor.empty()) {
    // E-086: the short form stands for success, which only a server says.
    if (!reason_code_allowed(packet.reason_code, frame.type, context.sender)) {
      cursor.refuse(ReasonCode::kProtocolError, cursor.offset(), "AUTH without a reason code");
    }
    return finish(cursor, packet);
  }
  packet.reason_code = read_reason_code(cursor, frame.type, context.sender);  // MQTT-3.15.2-1
  const std::size_t properties_at = cursor.offset();
  const CheckedProperties properties = read_properties(cursor, PropertyPlace::kAuth, context);
  if (!properties.has(PropertyId::kAuthenticationMethod)) {  // MQTT-4.12.0-5, E-119
    cursor.refuse(ReasonCode::kProtocolError, properties_at, "AUTH without a method");
  }
  packet.properties = properties.view;
  return finish(cursor, packet);
}

}  // namespace godwit::mqtt
