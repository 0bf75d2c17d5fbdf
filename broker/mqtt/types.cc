#include "broker/mqtt/types.h"

#include <array>

namespace godwit::mqtt {

std::string_view packet_type_name(PacketType type) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "RESERVED", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
  return kNames[static_cast<std::uint8_t>(type) & 0x0FU];
}

}  // namespace godwit::mqtt
