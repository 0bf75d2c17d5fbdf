// Makes the layers of each connection, as the options say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/bench/load/layer.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/tls_layer.h"

namespace godwit::bench {

// Outlives the layers it made. Thread: the generator's one.
class LayerFactory {
 public:
  explicit LayerFactory(const Options& options);

  // Not empty: no layer can be made, for this reason.
  [[nodiscard]] std::string problem() const;

  // Null for plain TCP. `port` is what the Host header of a WebSocket names.
  std::unique_ptr<Layer> make(TransportKind kind, std::uint32_t port);

 private:
  std::unique_ptr<Layer> make_tls();
  std::unique_ptr<Layer> make_websocket(std::uint32_t port);

  std::string host_;
  std::unique_ptr<TlsContext> tls_;  // Only when there is TLS.
  StackScratch scratch_;
  std::uint64_t websockets_ = 0;
};

}  // namespace godwit::bench
