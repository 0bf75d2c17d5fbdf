#include "broker/net/server_layers.h"

#include <utility>
#include <vector>

#include "broker/net/proxy_transform.h"
#include "broker/net/tls_transform.h"
#include "broker/net/websocket.h"

namespace godwit::net {

std::unique_ptr<Stream> make_server_stream(const ServerLayers& layers) {
  std::vector<std::unique_ptr<Transform>> chain;
  if (layers.proxy_protocol) {
    chain.push_back(std::make_unique<ProxyTransform>());
  }
  if (layers.tls != nullptr) {
    chain.push_back(std::make_unique<TlsTransform>(layers.tls));
  }
  if (layers.websocket != nullptr) {
    chain.push_back(std::make_unique<WebSocketServer>(layers.websocket));
  }
  return chain.empty() ? nullptr : std::make_unique<Stream>(std::move(chain));
}

}  // namespace godwit::net
