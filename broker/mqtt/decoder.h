// From frames to packets. Pure, allocates nothing, reads every byte at most twice, and trusts none.
//
// Offsets in errors count from the first byte of the packet. A field that does not fit is reported
// at its first byte, anything else at the byte that is wrong. What one end may not send, the
// decoder refuses when told who the sender is: a server passes Sender::kClient.
#pragma once

#include "broker/mqtt/frame.h"
#include "broker/mqtt/limits.h"
#include "broker/mqtt/packet.h"

namespace godwit::mqtt {

struct DecodeContext {
  ProtocolVersion version = ProtocolVersion::k5_0;  // Ignored for CONNECT, which tells it.
  Sender sender = Sender::kClient;
  CodecLimits limits;
};

// CONNECT. Besides malformed bytes: 0x84 for a protocol name or level that is not served
// (MQTT-3.1.2-1, -2, E-094).
[[nodiscard]] DecodeResult<Connect> decode_connect(const Frame& frame, const CodecLimits& limits);
[[nodiscard]] DecodeResult<Publish> decode_publish(const Frame& frame,
                                                   const DecodeContext& context);
// PUBACK, PUBREC, PUBREL or PUBCOMP, by the type of the frame.
[[nodiscard]] DecodeResult<PublishAck> decode_publish_ack(const Frame& frame,
                                                          const DecodeContext& context);
[[nodiscard]] DecodeResult<Subscribe> decode_subscribe(const Frame& frame,
                                                       const DecodeContext& context);
[[nodiscard]] DecodeResult<Unsubscribe> decode_unsubscribe(const Frame& frame,
                                                           const DecodeContext& context);
[[nodiscard]] DecodeResult<Disconnect> decode_disconnect(const Frame& frame,
                                                         const DecodeContext& context);
[[nodiscard]] DecodeResult<Auth> decode_auth(const Frame& frame, const DecodeContext& context);
[[nodiscard]] DecodeResult<Pingreq> decode_pingreq(const Frame& frame);

// What only a server sends, for the client side.
[[nodiscard]] DecodeResult<Connack> decode_connack(const Frame& frame,
                                                   const DecodeContext& context);
[[nodiscard]] DecodeResult<Suback> decode_suback(const Frame& frame, const DecodeContext& context);
[[nodiscard]] DecodeResult<Unsuback> decode_unsuback(const Frame& frame,
                                                     const DecodeContext& context);
[[nodiscard]] DecodeResult<Pingresp> decode_pingresp(const Frame& frame);

// Any packet, for tests, fuzzers and the client side. 0x82 for a type that the sender must not
// send (E-111).
[[nodiscard]] DecodeResult<Packet> decode_packet(const Frame& frame, const DecodeContext& context);

}  // namespace godwit::mqtt
