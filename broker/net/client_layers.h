// Which layers a client's connection has, and the stream made of them: the other side of
// server_layers.h.
//
// Thread: any.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "broker/net/stream.h"
#include "broker/net/tls_context.h"

namespace godwit::net {

// Where on the server the WebSocket is.
struct WebSocketTarget {
  std::string host;  // As a URL has it: "broker.example:8083".
  std::string path;
};

struct ClientLayers {
  std::shared_ptr<const TlsContext> tls;     // Null: none. Made by TlsContext::client.
  std::optional<WebSocketTarget> websocket;  // None: none.
};

// For a new connection; null if it has no layer. `random` outlives the stream.
[[nodiscard]] std::unique_ptr<Stream> make_client_stream(const ClientLayers& layers,
                                                         Random& random);

}  // namespace godwit::net
