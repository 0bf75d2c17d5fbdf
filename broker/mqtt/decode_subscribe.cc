// SUBSCRIBE and UNSUBSCRIBE.
#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/read_fields.h"
#include "broker/mqtt/subscription_byte.h"

namespace godwit::mqtt {
namespace {

constexpr bool kWithOptions = true;
constexpr bool kWithoutOptions = false;

void check_options_5(Cursor& cursor, std::uint8_t byte, TopicFilter filter, std::size_t at) {
  if ((byte & kSubscriptionReserved) != 0) {  // MQTT-3.8.3-5
    cursor.refuse_malformed(at, "reserved subscription options are set");
  }
  if ((byte & kSubscriptionRetainHandlingMask) == kSubscriptionRetainHandlingMask) {  // E-037
    cursor.refuse(ReasonCode::kProtocolError, at, "retain handling is 3");
  }
  if ((byte & kSubscriptionNoLocal) != 0 && filter.is_shared()) {  // MQTT-3.8.3-4
    cursor.refuse(ReasonCode::kProtocolError, at, "no local with a shared subscription");
  }
}

void check_options_3x(Cursor& cursor, std::uint8_t byte, std::size_t at) {
  if ((byte & ~kSubscriptionQosMask) != 0) {  // 3.1.1: MQTT-3.8.3-4
    cursor.refuse_malformed(at, "reserved bits of the requested QoS are set");
  }
}

void check_options(Cursor& cursor, TopicFilter filter, ProtocolVersion version) {
  const std::size_t at = cursor.offset();
  const std::uint8_t byte = cursor.u8("subscription options are cut off");  // MQTT-3.8.3-2
  if (is_v5(version)) {
    check_options_5(cursor, byte, filter, at);
  } else {
    check_options_3x(cursor, byte, at);
  }
  if ((byte & kSubscriptionQosMask) == 3) {  // E-037
    cursor.refuse(ReasonCode::kProtocolError, at, "requested QoS is 3");
  }
}

FilterRequests read_requests(Cursor& cursor, bool with_options, const DecodeContext& context) {
  const ByteView raw = cursor.unread();
  if (raw.empty()) {  // MQTT-3.8.3-2, MQTT-3.10.3-2
    cursor.refuse(ReasonCode::kProtocolError, cursor.offset(), "no topic filter");
  }
  while (!cursor.empty()) {
    const TopicFilter filter = read_topic_filter(cursor, context.limits);
    if (with_options) {
      check_options(cursor, filter, context.version);
    }
  }
  return FilterRequests(raw, with_options);
}

}  // namespace

DecodeResult<Subscribe> decode_subscribe(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kSubscribe);
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  Subscribe packet;
  packet.packet_id = read_packet_id(cursor);
  packet.properties = read_properties(cursor, PropertyPlace::kSubscribe, context).view;
  packet.requests = read_requests(cursor, kWithOptions, context);
  return finish(cursor, packet);
}

DecodeResult<Unsubscribe> decode_unsubscribe(const Frame& frame, const DecodeContext& context) {
  DCHECK(frame.type == PacketType::kUnsubscribe);
  Cursor cursor(frame);
  refuse_wrong_flags(cursor, frame, context.version);
  Unsubscribe packet;
  packet.packet_id = read_packet_id(cursor);
  packet.properties = read_properties(cursor, PropertyPlace::kUnsubscribe, context).view;
  packet.requests = read_requests(cursor, kWithoutOptions, context);
  return finish(cursor, packet);
}

}  // namespace godwit::mqtt
