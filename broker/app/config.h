// What a broker is started with: plain values, their defaults, units in the names. The options that
// set them, with bounds and help, are the table in config_table.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "broker/routing/retained_store.h"
#include "broker/session/limits.h"

namespace godwit::app {

// One `[[listener.tcp]]`. Loopback unless said otherwise: MQTT without TLS on a network is a choice
// that somebody has to make.
struct TcpListenerConfig {
  std::string bind = "localhost:1883";
};

inline constexpr std::string_view kHttpOff = "off";

struct HttpConfig {
  std::string bind = "localhost:9883";  // Or kHttpOff.
  std::uint32_t connections_max = 100;
};

struct AccessConfig {
  bool allow_anonymous = false;
  std::string password_file;  // Empty: no user can log in.
  std::string rules_file;     // Empty: see docs/operations/access.md.
  std::uint16_t authentication_threads = 1;
};

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
};

// Bounds of the process; those of a session and of a packet are in `session`.
struct LimitsConfig {
  session::SessionLimits session;
  routing::RetainedLimits retained;
  std::size_t memory_budget_bytes = std::size_t{2} << 30U;
  std::uint32_t connections_max = 1'000'000;
  std::uint32_t authentication_queue_max = 1'000;
  Duration close_grace = std::chrono::seconds(5);
};

// How a message of a shared group finds its member (routing::ShareStrategy), or that there are
// none.
enum class SharedSubscriptions : std::uint8_t { kRoundRobin, kHashTopic, kHashClient, kOff };

struct MqttConfig {
  SharedSubscriptions shared_subscriptions = SharedSubscriptions::kRoundRobin;
  bool retained_messages = true;
  std::uint8_t maximum_qos = 2;
  std::string response_information;
  std::string server_reference;
  bool server_has_moved = false;
};

struct Config {
  // Set by --development only: anonymous clients, loopback only, hints for trying it out.
  bool development = false;

  std::uint16_t io_threads = 1;
  std::uint32_t sys_interval_seconds = 10;  // 0: $SYS is not published.
  std::uint32_t drain_seconds = 10;

  std::vector<TcpListenerConfig> tcp_listeners{TcpListenerConfig{}};
  HttpConfig http;
  MqttConfig mqtt;
  AccessConfig access;
  LogConfig log;
  LimitsConfig limits;
};

}  // namespace godwit::app
