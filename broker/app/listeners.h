// Where clients connect: every listener of the configuration, bound, with its layers.
//
// A listener of the configuration may stand for several addresses (`localhost`, `*`); all of them
// have its number, which the I/O threads know as a name.
//
// Owner: the node; destroyed after the service thread was stopped. Thread: the owner's; set_tls the
// service thread's too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/app/config.h"
#include "broker/app/listener_kind.h"
#include "broker/app/setting.h"
#include "broker/app/tls_load.h"
#include "broker/net/listener.h"

namespace godwit::app {

struct BoundAddress {
  std::string kind;     // "tcp", "tls", "ws", "wss", "http"
  std::string address;  // With the real port.
};

class Listeners {
 public:
  // Binds all; those that could not be bound are problems.
  void bind(const Config& config, const TlsContexts& contexts, const net::Listener::Needs& needs,
            Problems& problems);
  void start();
  void close();
  // For connections accepted from now on. As many as there were.
  void set_tls(const TlsContexts& contexts);

  [[nodiscard]] const std::vector<BoundAddress>& bound() const { return bound_; }

 private:
  // One listener of the configuration.
  struct Door {
    std::size_t number;
    const ListenerKind& kind;
    const ListenerConfig& config;
    const std::shared_ptr<const net::TlsContext>& context;
  };
  struct Numbered {
    std::size_t number;
    std::unique_ptr<net::Listener> listener;
  };

  void bind_one(const Door& door, const net::Listener::Needs& needs, Problems& problems);

  std::vector<Numbered> listeners_;
  std::vector<BoundAddress> bound_;
};

// By number: "tcp", or "tcp.0" where there are several of a kind.
[[nodiscard]] std::vector<std::string> listener_names(const ListenersConfig& config);

}  // namespace godwit::app
