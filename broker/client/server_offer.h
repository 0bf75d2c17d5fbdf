// What the server allows on this connection, out of its CONNACK (MQTT 5.0, 3.2.2.3). In 3.1.1 a
// server has no words for it, and everything is allowed.
#pragma once

#include <cstdint>
#include <optional>

#include "broker/mqtt/limits.h"
#include "broker/mqtt/properties.h"
#include "broker/mqtt/types.h"

namespace godwit::client {

struct ServerOffer {
  std::uint16_t receive_maximum = 65'535;
  std::uint32_t maximum_packet_size = mqtt::kPacketSizeCeiling;
  mqtt::Qos maximum_qos = mqtt::Qos::kExactlyOnce;
  bool retain_available = true;
  bool wildcard_subscription_available = true;
  bool subscription_identifier_available = true;
  bool shared_subscription_available = true;
  std::optional<std::uint16_t> server_keep_alive_seconds;
  std::optional<std::uint32_t> session_expiry_seconds;

  [[nodiscard]] static ServerOffer from(mqtt::PropertiesView connack_properties);
};

}  // namespace godwit::client
