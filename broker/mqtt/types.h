// The small words of the standard: protocol version, packet type, QoS, packet identifier.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/strong_id.h"

namespace godwit::mqtt {

// The value is the protocol level on the wire. A version is a field everywhere, never a type: one
// state machine serves all three.
// NOLINTNEXTLINE(readability-identifier-naming): underscores stand for the dots.
enum class ProtocolVersion : std::uint8_t { k3_1 = 3, k3_1_1 = 4, k5_0 = 5 };

[[nodiscard]] constexpr bool is_v5(ProtocolVersion version) {
  return version == ProtocolVersion::k5_0;
}

// MQTT 5.0, table 2-1. The value is the upper half of a packet's first byte.
enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSubscribe = 8,
  kSuback = 9,
  kUnsubscribe = 10,
  kUnsuback = 11,
  kPingreq = 12,
  kPingresp = 13,
  kDisconnect = 14,
  kAuth = 15,
};

// "PUBLISH"; "RESERVED" for 0.
[[nodiscard]] std::string_view packet_type_name(PacketType type);

enum class Qos : std::uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1, kExactlyOnce = 2 };

[[nodiscard]] constexpr Qos lower(Qos a, Qos b) { return a < b ? a : b; }

// Which end sent a packet: some packets, properties and reason codes belong to one end only.
enum class Sender : std::uint8_t { kClient, kServer };

// 1 to 65,535; 0 stands for "none" and never travels.
struct PacketIdTag;
using PacketId = StrongId<PacketIdTag, std::uint16_t>;
inline constexpr PacketId kNoPacketId{0};

}  // namespace godwit::mqtt
