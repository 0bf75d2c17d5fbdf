#include "broker/net/client_layers.h"

#include <utility>
#include <vector>

#include "broker/net/tls_transform.h"
#include "broker/net/websocket.h"

namespace godwit::net {

std::unique_ptr<Stream> make_client_stream(const ClientLayers& layers, Random& random) {
  std::vector<std::unique_ptr<Transform>> chain;
  if (layers.tls != nullptr) {
    chain.push_back(std::make_unique<TlsTransform>(layers.tls));
  }
  if (layers.websocket) {
    chain.push_back(
        std::make_unique<WebSocketClient>(layers.websocket->host, layers.websocket->path, random));
  }
  return chain.empty() ? nullptr : std::make_unique<Stream>(std::move(chain));
}

}  // namespace godwit::net
