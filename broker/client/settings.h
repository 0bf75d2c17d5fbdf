// What a client says of itself in CONNECT, and its bounds. Plain values; `check` says whether they
// can travel.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "broker/mqtt/limits.h"
#include "broker/mqtt/types.h"

namespace godwit::client {

// Published by the server when the connection ends without DISCONNECT.
struct WillSettings {
  std::string topic;
  std::string payload;
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;
  std::uint32_t delay_seconds = 0;  // 5.0.
};

struct UserProperty {
  std::string name;
  std::string value;
};

struct ClientLimits {
  // QoS 1 and 2 messages that the server may leave unfinished towards us; announced in 5.0, and
  // more than that ends the connection (0x93).
  std::uint16_t receive_maximum = 256;
  // The same in the other direction, if the server allows as many: `publish` says kWindowFull.
  std::uint16_t in_flight_max = 256;
  // Bytes kept of them to be sent again, in sessions that outlive a connection: kWindowFull, but a
  // single message is always taken.
  std::size_t in_flight_bytes_max = std::size_t{64} << 20U;
  // SUBSCRIBE and UNSUBSCRIBE packets without an answer: kTooManyRequests.
  std::size_t requests_max = 64;
  // Bytes that the socket has not taken: `publish` says kOutputFull while there are more.
  std::size_t output_bytes_max = std::size_t{1} << 20U;
  // Between CONNECT and CONNACK. The network's connection is somebody else's.
  Duration connack_timeout = std::chrono::seconds(30);
  // Between PINGREQ and PINGRESP, counted from the last byte that moved in either direction.
  Duration pingresp_timeout = std::chrono::seconds(20);
  // Of what the server sends. A smaller maximum_packet_size than the ceiling is announced in 5.0.
  mqtt::CodecLimits codec = {.maximum_packet_size = mqtt::kPacketSizeCeiling,
                             .topic_levels_max = std::numeric_limits<std::uint16_t>::max(),
                             .user_properties_max = std::numeric_limits<std::uint16_t>::max()};
};

struct ClientSettings {
  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;  // Or 3.1.1.
  std::string client_id;  // Empty: the server makes one up. Not with a kept session.
  // Drops what the server knows from earlier. Later connections of the same Client resume their
  // session, if it is kept.
  bool clean_start = true;
  // 5.0: how long the server keeps the session after the connection; 0: not at all. In 3.1.1 it
  // is kept exactly without clean_start.
  std::uint32_t session_expiry_seconds = 0;
  // The server may have a session from somebody who used the client id before this object was
  // made: a program that was started again. A message at QoS 2 that was half delivered then may be
  // delivered twice. Without it such a session ends the connection (MQTT-3.2.2-4).
  bool adopts_session = false;
  std::uint16_t keep_alive_seconds = 60;  // 0: none. The server's word goes before it.
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  std::optional<WillSettings> will;
  std::vector<UserProperty> user_properties;  // 5.0, of CONNECT.
  ClientLimits limits;
};

// Whether the session outlives its connection, as far as this side can say.
[[nodiscard]] bool keeps_session(const ClientSettings& settings);

// Refuses what no CONNECT can say, with a sentence that names the setting.
[[nodiscard]] Result<void> check(const ClientSettings& settings);

}  // namespace godwit::client
