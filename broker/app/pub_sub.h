// `godwit pub` and `godwit sub`: an MQTT client on the command line, with the flags that people
// know from mosquitto_pub and mosquitto_sub. The commands as values, and the doors.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/app/pub_sub_format.h"
#include "broker/client/settings.h"

namespace godwit::app {

// How the bytes travel.
struct ClientTransport {
  std::string host = "localhost";
  std::uint16_t port = 1883;
  bool tls = false;
  bool websocket = false;
  std::string path = "/mqtt";  // Of WebSocket.
  std::string ca_file;         // PEM; empty: the system's.
  std::string cert_file;       // PEM, the client's own; empty: none.
  std::string key_file;
  bool insecure = false;  // Takes any certificate.
};

struct PubSubConnection {
  ClientTransport transport;
  client::ClientSettings settings;  // They have passed client::check.
};

// Where messages come from.
struct TextPayload {
  std::string text;
};
struct FilePayload {
  std::string path;
};
struct StandardInputPayload {};  // All of it, one message.
struct StandardInputLines {};    // A message a line.
struct NoPayload {};             // Empty: removes a retained message.
using PayloadSource =
    std::variant<TextPayload, FilePayload, StandardInputPayload, StandardInputLines, NoPayload>;

struct PubCommand {
  PubSubConnection connection;
  std::string topic;  // A valid name.
  PayloadSource payload;
  std::vector<client::UserProperty> user_properties;
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;
  std::uint32_t repeat = 1;  // How often a single message is sent.
  std::chrono::milliseconds repeat_delay{0};
};

enum class RetainedChoice : std::uint8_t { kAll, kOnlyRetained, kNoRetained };

struct SubCommand {
  PubSubConnection connection;
  std::vector<std::string> topics;       // Valid filters; subscribed together.
  std::vector<std::string> unsubscribe;  // Valid filters, unsubscribed before.
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  RetainedChoice retained = RetainedChoice::kAll;
  MessageFormat format;
  std::optional<std::uint64_t> count;           // Ends after so many messages.
  std::optional<std::chrono::seconds> timeout;  // Ends after so long, with kExitTimeout.
  bool exit_after_subscribe = false;
};

// `sub --timeout` has run out; as mosquitto_sub says it.
inline constexpr int kExitTimeout = 27;

// The whole subcommands. Return exit codes: kExitOk, kExitFailure, kExitUsage, kExitTimeout.
[[nodiscard]] int run_pub(const PubCommand& command);
[[nodiscard]] int run_sub(const SubCommand& command);

}  // namespace godwit::app
