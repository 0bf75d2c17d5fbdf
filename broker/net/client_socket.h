// Connects to a server by name. For programs that are clients: these calls block their thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "broker/net/owned_socket.h"

namespace godwit::net {

struct ServerAddress {
  std::string host;  // A name or an address; IPv6 without brackets.
  std::uint16_t port = 0;
};

// "localhost:1883", "[::1]:1883".
[[nodiscard]] std::string address_text(const ServerAddress& server);

// A connected socket that does not block. All addresses of the name are tried in the resolver's
// order, each with an equal share of the time until `deadline`. The resolver has a time limit of
// its own, before that. The error is the last address's: "cannot connect to localhost:1883:
// Connection refused".
[[nodiscard]] Result<OwnedSocket> connect_to(const ServerAddress& server, const Clock& clock,
                                             Instant deadline);

}  // namespace godwit::net
