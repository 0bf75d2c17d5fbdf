// CONNECT and CONNACK.
#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/read_fields.h"

namespace godwit::mqtt {
namespace {

struct ConnectFlags {
  bool clean_start = false;
  bool will = false;
  Qos will_qos = Qos::kAtMostOnce;
  bool will_retain = false;
  bool password = false;
  bool user_name = false;
};

ProtocolVersion read_version(Cursor& cursor) {
  const std::size_t name_at = cursor.offset();
  const std::string_view name = cursor.unchecked_text("protocol name is cut off");
  if (name != "MQTT" && name != "MQIsdp") {  // MQTT-3.1.2-1
    cursor.refuse(ReasonCode::kUnsupportedProtocolVersion, name_at, "protocol name is unknown");
  }
  const std::size_t level_at = cursor.offset();
  const std::uint8_t level = cursor.u8("protocol level is cut off");
  const bool is_served = name == "MQTT" ? level == 4 || level == 5 : level == 3;  // E-094
  if (!is_served) {                                                               // MQTT-3.1.2-2
    cursor.refuse(ReasonCode::kUnsupportedProtocolVersion, level_at,
                  "protocol level is not served");
  }
  return static_cast<ProtocolVersion>(level);
}

ConnectFlags read_connect_flags(Cursor& cursor, ProtocolVersion version) {
  const std::size_t at = cursor.offset();
  const std::uint8_t byte = cursor.u8("connect flags are cut off");
  const auto bit = [byte](unsigned n) { return ((byte >> n) & 1U) != 0; };
  const unsigned will_qos = (byte >> 3U) & 3U;
  const ConnectFlags flags{.clean_start = bit(1),
                           .will = bit(2),
                           .will_qos = static_cast<Qos>(will_qos),
                           .will_retain = bit(5),
                           .password = bit(6),
                           .user_name = bit(7)};
  if (bit(0)) {  // MQTT-3.1.2-3
    cursor.refuse_malformed(at, "reserved connect flag is set");
  }
  if (will_qos == 3) {  // MQTT-3.1.2-12; 3.1.1: MQTT-3.1.2-14
    cursor.refuse_malformed(at, "will QoS is 3");
  }
  // MQTT-3.1.2-11, MQTT-3.1.2-13; 3.1.1: MQTT-3.1.2-11, -13, -15
  if (!flags.will && (will_qos != 0 || flags.will_retain)) {
    cursor.refuse_malformed(at, "will QoS or will retain without a will");
  }
  // 3.1.1: MQTT-3.1.2-22. In 5.0 a password may stand alone (MQTT-3.1.2-19).
  if (!is_v5(version) && flags.password && !flags.user_name) {
    cursor.refuse_malformed(at, "password without a user name");
  }
  return flags;
}

// MQTT-3.1.2-9
Will read_will(Cursor& cursor, const ConnectFlags& flags, const DecodeContext& context) {
  Will will;
  will.properties = read_properties(cursor, PropertyPlace::kWill, context).view;
  will.topic = read_topic_name(cursor, context.limits, "will topic is cut off");
  will.payload = cursor.binary("will payload is cut off");
  will.qos = flags.will_qos;
  will.retain = flags.will_retain;
  return will;
}

// E-099: a 3.1 client may set the flag and send nothing.
bool is_left_out(const Cursor& cursor, ProtocolVersion version) {
  return version == ProtocolVersion::k3_1 && cursor.empty();
}

// 3.1.1, table 3.1.
ReasonCode read_return_code(Cursor& cursor) {
  constexpr ReasonCode kMeanings[] = {ReasonCode::kSuccess,
                                      ReasonCode::kUnsupportedProtocolVersion,
                                      ReasonCode::kClientIdentifierNotValid,
                                      ReasonCode::kServerUnavailable,
                                      ReasonCode::kBadUserNameOrPassword,
                                      ReasonCode::kNotAuthorized};
  const std::size_t at = cursor.offset();
  const std::uint8_t code = cursor.u8("return code is cut off");
  if (code >= std::size(kMeanings)) {
    cursor.refuse(ReasonCode::kProtocolError, at, "return code is unknown");
    return ReasonCode::kUnspecifiedError;
  }
  return kMeanings[code];
}

}  // namespace

DecodeResult<Connect> decode_connect(const Frame& frame, const CodecLimits& limits) {
  DCHECK(frame.type == PacketType::kConnect);
  Cursor cursor(frame);
  DecodeContext context{.sender = Sender::kClient, .limits = limits};
  refuse_wrong_flags(cursor, frame, context.version);
  Connect packet;
  packet.version = read_version(cursor);
  context.version = packet.version;
  const ConnectFlags flags = read_connect_flags(cursor, packet.version);
  packet.clean_start = flags.clean_start;
  packet.keep_alive_seconds = cursor.u16("keep alive is cut off");
  packet.properties = read_properties(cursor, PropertyPlace::kConnect, context).view;
  // MQTT-3.1.3-1: the order of the payload.
  packet.client_id = cursor.text("client identifier is cut off");  // MQTT-3.1.3-3, -4
  if (flags.will) {
    packet.will = read_will(cursor, flags, context);
  }
  if (flags.user_name && !is_left_out(cursor, packet.version)) {
    packet.user_name = cursor.text("user name is cut off");  // MQTT-3.1.2-17, MQTT-3.1.3-12
  }
  if (flags.password && !is_left_out(cursor, packet.version)) {
    packet.password = cursor.binary("password is cut off");  // MQTT-3.1.2-19
  }
  return finish(cursor, packet);  // MQTT-3.1.2-16, MQTT-3.1.2-18
}

DecodeResult<Connack> decode_connack(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kConnack);
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  Connack packet;
  const std::size_t at = cursor.offset();
  const std::uint8_t flags = cursor.u8("acknowledge flags are cut off");
  const std::uint8_t flags_max = context.version == ProtocolVersion::k3_1 ? 0 : 1;  // E-095
  if (flags > flags_max) {                                                          // MQTT-3.2.2-1
    cursor.refuse_malformed(at, "reserved acknowledge flags are set");
  }
  packet.session_present = flags == 1;
  packet.reason_code = is_v5(context.version) ? read_reason_code(cursor, PacketType::kConnack,
                                                                 context.sender)  // MQTT-3.2.2-8
                                              : read_return_code(cursor);
  if (packet.session_present && packet.reason_code != ReasonCode::kSuccess) {  // MQTT-3.2.2-6
    cursor.refuse(ReasonCode::kProtocolError, at, "session present in a refusal");
  }
  packet.properties = read_properties(cursor, PropertyPlace::kConnack, context).view;
  return finish(cursor, packet);
}

}  // namespace godwit::mqtt
