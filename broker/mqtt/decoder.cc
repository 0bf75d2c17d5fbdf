#include "broker/mqtt/decoder.h"

#include <array>

namespace godwit::mqtt {
namespace {

using Decode = DecodeResult<Packet> (*)(const Frame&, const DecodeContext&);

template <class T>
DecodeResult<Packet> widen(const DecodeResult<T>& result) {
  if (!result) {
    return fail(result.error());
  }
  return Packet(*result);
}

template <auto Function>
DecodeResult<Packet> with_context(const Frame& frame, const DecodeContext& context) {
  return widen(Function(frame, context));
}

template <auto Function>
DecodeResult<Packet> without_context(const Frame& frame, const DecodeContext&) {
  return widen(Function(frame));
}

DecodeResult<Packet> connect(const Frame& frame, const DecodeContext& context) {
  return widen(decode_connect(frame, context.limits));
}

struct Row {
  bool from_client;
  bool from_server;
  Decode decode;
};

// By packet type. Which end may send it: MQTT 5.0, table 2-1; E-111.
constexpr std::array<Row, 16> kRows = {{
    {false, false, nullptr},
    {true, false, connect},
    {false, true, with_context<decode_connack>},
    {true, true, with_context<decode_publish>},
    {true, true, with_context<decode_publish_ack>},
    {true, true, with_context<decode_publish_ack>},
    {true, true, with_context<decode_publish_ack>},
    {true, true, with_context<decode_publish_ack>},
    {true, false, with_context<decode_subscribe>},
    {false, true, with_context<decode_suback>},
    {true, false, with_context<decode_unsubscribe>},
    {false, true, with_context<decode_unsuback>},
    {true, false, without_context<decode_pingreq>},
    {false, true, without_context<decode_pingresp>},
    {true, true, with_context<decode_disconnect>},
    {true, true, with_context<decode_auth>},
}};

}  // namespace

DecodeResult<Packet> decode_packet(const Frame& frame, const DecodeContext& context) {
  const Row& row = kRows[static_cast<std::uint8_t>(frame.type) & 0x0FU];
  if (row.decode == nullptr) {
    return fail(DecodeError{ReasonCode::kMalformedPacket, 0, "packet type is 0"});
  }
  const bool may_send = context.sender == Sender::kClient ? row.from_client : row.from_server;
  if (!may_send) {
    return fail(DecodeError{ReasonCode::kProtocolError, 0, "packet type belongs to the other end"});
  }
  return row.decode(frame, context);
}

}  // namespace godwit::mqtt
