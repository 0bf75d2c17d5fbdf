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
#include "broker/net/placement.h"
#include "broker/net/tls_settings.h"
#include "broker/routing/retained_store.h"
#include "broker/session/limits.h"

namespace godwit::app {

// The enumerators are in the order of the choices in option_field.h.
using net::CertificateIdentity;
using net::ClientCertificates;
using net::PlacementRule;
using net::TlsVersion;

// A certificate with the key it belongs to, as files in PEM.
struct TlsCertificateConfig {
  std::string certificate_file;  // The server's own first, then the chain.
  std::string key_file;
  std::string key_password;  // Secret. Empty: the key is not encrypted.
};

// What `listener.tls` and `listener.wss` have beyond an address.
struct TlsListenerConfig {
  TlsCertificateConfig certificate;
  TlsVersion minimum_version = TlsVersion::k1_2;
  ClientCertificates client_certificates = ClientCertificates::kOff;
  std::string client_ca_file;
  std::string crl_file;  // Empty: no certificate is revoked.
  CertificateIdentity identity = CertificateIdentity::kNone;
};

// What `listener.ws` and `listener.wss` have beyond an address.
struct WebSocketConfig {
  std::string path = "/mqtt";
  std::string origins;  // Parted by blanks. Empty: pages of any origin.
};

// One listener of any kind; listener_kind.h says which parts count. Loopback unless said otherwise:
// MQTT without TLS on a network is a choice that somebody has to make.
struct ListenerConfig {
  std::string bind = "localhost:1883";
  bool proxy_protocol = false;
  TlsListenerConfig tls = {};
  WebSocketConfig websocket = {};
};

// The default plain listener stands until a source of settings names a listener of any kind.
struct ListenersConfig {
  std::vector<ListenerConfig> tcp{ListenerConfig{}};
  std::vector<ListenerConfig> tls = {};
  std::vector<ListenerConfig> ws = {};
  std::vector<ListenerConfig> wss = {};
};

// What all TLS listeners share.
struct TlsConfig {
  std::uint32_t reload_check_seconds = 30;  // 0: files are not looked at.
  bool session_tickets = true;
  std::vector<TlsCertificateConfig> certificates = {};  // Beyond the listeners' own; by SNI.
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
  Duration handshake_deadline = std::chrono::seconds(5);  // PROXY, TLS and WebSocket together.
  std::uint32_t handshakes_max = 4'096;                   // Unfinished ones of the process.
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

// What is set and forbidden together; see profile.h.
enum class Profile : std::uint8_t { kDevelopment, kDefault, kHardened };

struct Config {
  Profile profile = Profile::kDefault;  // Of a flag or the environment, not of a file.

  std::uint16_t io_threads = 1;
  PlacementRule connection_placement = PlacementRule::kGather;
  std::uint32_t gather_connections_max = 256;
  std::uint32_t sys_interval_seconds = 10;  // 0: $SYS is not published.
  std::uint32_t drain_seconds = 10;

  ListenersConfig listeners;
  TlsConfig tls;
  HttpConfig http;
  MqttConfig mqtt;
  AccessConfig access;
  LogConfig log;
  LimitsConfig limits;
};

}  // namespace godwit::app
