// From packets to bytes, appended to a buffer that the caller owns and reuses.
//
// The encoder trusts its caller (a wrong field is our bug: CHECK) but writes nothing that a
// version does not have: properties and reason codes vanish for 3.x (E-116), and failures in a
// SUBACK become 0x80 in 3.1.1 and QoS 0 in 3.1 (E-097).
//
// Of a PUBLISH the fields topic_alias and message_expiry_interval are written, and the properties
// of the same meaning in its list are not: so no alias of one connection slips into another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/packet.h"

namespace godwit::mqtt {

void encode(const Connect& packet, Bytes& out);  // Its own field is the version.
void encode(const Connack& packet, ProtocolVersion version, Bytes& out);
// The fields `message_expiry_interval` and `topic_alias` are written as properties in front of
// `properties`, unless the list already contains them (a packet that was decoded): they travel
// once.
void encode(const Publish& packet, ProtocolVersion version, Bytes& out);
void encode(const PublishAck& packet, ProtocolVersion version, Bytes& out);
void encode(const Subscribe& packet, ProtocolVersion version, Bytes& out);
void encode(const Suback& packet, ProtocolVersion version, Bytes& out);
void encode(const Unsubscribe& packet, ProtocolVersion version, Bytes& out);
void encode(const Unsuback& packet, ProtocolVersion version, Bytes& out);
void encode(const Pingreq& packet, ProtocolVersion version, Bytes& out);
void encode(const Pingresp& packet, ProtocolVersion version, Bytes& out);
void encode(const Disconnect& packet, ProtocolVersion version, Bytes& out);
void encode(const Auth& packet, ProtocolVersion version, Bytes& out);
void encode(const Packet& packet, ProtocolVersion version, Bytes& out);

// The size that `encode` would append, for the check against a receiver's Maximum Packet Size
// (MQTT-3.1.2-24): fixed header included.
[[nodiscard]] std::size_t encoded_size(const Publish& packet, ProtocolVersion version);

// The number of bytes of a Variable Byte Integer, 1 to 4 (section 1.5.5).
[[nodiscard]] constexpr std::size_t varint_size(std::uint32_t value) {
  if (value < 128) {
    return 1;
  }
  if (value < 16'384) {
    return 2;
  }
  return value < 2'097'152 ? 3 : 4;
}

// Builds the requests of a SUBSCRIBE or UNSUBSCRIBE into `raw`, for clients and tests.
void append_filter_request(std::string_view filter, const SubscriptionOptions& options, Bytes& raw);
void append_unsubscribe_filter(std::string_view filter, Bytes& raw);

}  // namespace godwit::mqtt
