// Opens a listening socket. Private to the room's .cc files, because of Asio.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "broker/net/listen_error.h"

namespace godwit::net {

// Listens on an address given in digits. What is accepted inherits TCP_NODELAY and SO_KEEPALIVE,
// which saves two calls a connection. IPv6 sockets take IPv6 only, so that `0.0.0.0` and `::` may
// be listed side by side.
[[nodiscard]] Result<asio::ip::tcp::acceptor, ListenError> open_acceptor(asio::io_context& context,
                                                                         const std::string& ip,
                                                                         std::uint16_t port);

// "127.0.0.1:1883", "[::1]:1883".
[[nodiscard]] std::string endpoint_text(const asio::ip::tcp::endpoint& endpoint);

}  // namespace godwit::net
