// Bounds of the codec. Each has a name, a default and an option; what is over one is an error
// value with its own reason code, never a guess.
#pragma once

#include <cstdint>

namespace godwit::mqtt {

// The largest packet that the length field can announce: 268,435,455 bytes of remaining length
// and five bytes of fixed header.
inline constexpr std::uint32_t kPacketSizeCeiling = 268'435'455 + 5;

struct CodecLimits {
  // Whole packets, fixed header included (0x95). Announced in CONNACK.
  std::uint32_t maximum_packet_size = 4U << 20U;
  // Levels of a topic name (0x90) or filter (0x8F).
  std::uint16_t topic_levels_max = 128;
  // User properties of one packet; of a CONNECT and its will, each (0x97 in a DISCONNECT).
  std::uint16_t user_properties_max = 64;
};

}  // namespace godwit::mqtt
