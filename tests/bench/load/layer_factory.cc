#include "tests/bench/load/layer_factory.h"

#include "tests/bench/load/websocket_layer.h"

namespace godwit::bench {

LayerFactory::LayerFactory(const Options& options) : host_(options.host) {
  if (!options.ca_file.empty()) {
    tls_ = std::make_unique<TlsContext>(
        TlsSettings{options.ca_file, options.host, options.tls_version});
  }
}

std::string LayerFactory::problem() const { return tls_ != nullptr ? tls_->problem() : ""; }

std::unique_ptr<Layer> LayerFactory::make_tls() { return std::make_unique<TlsLayer>(*tls_); }

std::unique_ptr<Layer> LayerFactory::make_websocket(std::uint32_t port) {
  return std::make_unique<WebSocketLayer>(host_ + ':' + std::to_string(port), ++websockets_);
}

std::unique_ptr<Layer> LayerFactory::make(TransportKind kind, std::uint32_t port) {
  switch (kind) {
    case TransportKind::kTls:
      return make_tls();
    case TransportKind::kWs:
      return make_websocket(port);
    case TransportKind::kWss:
      return std::make_unique<StackedLayer>(make_tls(), make_websocket(port), scratch_);
    case TransportKind::kTcp:
      break;
  }
  return nullptr;
}

}  // namespace godwit::bench
