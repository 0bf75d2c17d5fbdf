// Where a client connects to, as one text:
//
//   mqtt://user:password@host:1883/topic    mqtts:// for TLS
//   ws://user:password@host:80/path         wss:// for TLS
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::app {

struct ClientUrl {
  bool tls = false;
  bool websocket = false;
  std::string host;  // IPv6 without brackets.
  std::optional<std::uint16_t> port;
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  std::string topic;  // Of mqtt and mqtts; or empty.
  std::string path;   // Of ws and wss, with its slash; or empty.
};

// User name, password and topic may be percent-encoded; a path is passed on as it is. The error is
// a whole sentence.
[[nodiscard]] Result<ClientUrl> parse_client_url(std::string_view text);

// Where servers listen unless they say otherwise.
[[nodiscard]] std::uint16_t default_port(bool tls, bool websocket);

}  // namespace godwit::app
