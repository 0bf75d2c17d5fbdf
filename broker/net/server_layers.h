// Which layers the connections of a listener have, and the stream made of them.
//
// Thread: any.
#pragma once

#include <memory>

#include "broker/net/stream.h"
#include "broker/net/tls_context.h"
#include "broker/net/websocket_handshake.h"

namespace godwit::net {

struct ServerLayers {
  bool proxy_protocol = false;
  std::shared_ptr<const TlsContext> tls;               // Null: none.
  std::shared_ptr<const WebSocketSettings> websocket;  // Null: none.
};

// For a new connection; null if it has no layer.
[[nodiscard]] std::unique_ptr<Stream> make_server_stream(const ServerLayers& layers);

}  // namespace godwit::net
