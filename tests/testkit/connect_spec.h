// A CONNECT written down by what a test cares about. Owns its texts, so it can be a temporary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/mqtt/packet.h"

namespace godwit::testkit {

struct WillSpec {
  std::string topic = "will";
  std::string payload = "gone";
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;
  std::uint32_t delay_seconds = 0;  // 0: no property.
  std::optional<std::uint32_t> message_expiry_seconds = std::nullopt;
};

struct ConnectSpec {
  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;
  bool clean_start = true;
  std::uint16_t keep_alive_seconds = 0;
  std::optional<std::uint32_t> session_expiry_seconds = std::nullopt;
  std::optional<std::uint16_t> receive_maximum = std::nullopt;
  std::optional<std::uint32_t> maximum_packet_size = std::nullopt;
  std::optional<std::uint16_t> topic_alias_maximum = std::nullopt;
  std::optional<bool> request_response_information = std::nullopt;
  std::optional<bool> request_problem_information = std::nullopt;
  std::optional<WillSpec> will = std::nullopt;
  std::optional<std::string> user_name = std::nullopt;
  std::optional<std::string> password = std::nullopt;
  std::optional<std::string> authentication_method = std::nullopt;
  std::optional<std::string> authentication_data = std::nullopt;
};

// The whole packet.
[[nodiscard]] Bytes connect_bytes(std::string_view client_id, const ConnectSpec& spec);

// Sessions that outlive their connection, in both families.
[[nodiscard]] ConnectSpec kept_v5(std::uint32_t session_expiry_seconds = 3600);
[[nodiscard]] ConnectSpec kept_v311();

}  // namespace godwit::testkit
