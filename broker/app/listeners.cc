#include "broker/app/listeners.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "broker/app/address.h"

namespace godwit::app {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> found;
  for (std::string word; words >> word;) {
    found.push_back(word);
  }
  return found;
}

net::ServerLayers layers_of(const ListenerKind& kind, const ListenerConfig& config,
                            std::shared_ptr<const net::TlsContext> context) {
  net::ServerLayers layers{
      .proxy_protocol = config.proxy_protocol, .tls = std::move(context), .websocket = {}};
  if (kind.websocket) {
    layers.websocket = std::make_shared<const net::WebSocketSettings>(net::WebSocketSettings{
        .path = config.websocket.path, .origins = words_of(config.websocket.origins)});
  }
  return layers;
}

}  // namespace

void Listeners::bind(const Config& config, const TlsContexts& contexts,
                     const net::Listener::Needs& needs, Problems& problems) {
  std::size_t number = 0;
  for (const ListenerKind& kind : kListenerKinds) {
    for (const ListenerConfig& one : config.listeners.*kind.list) {
      bind_one({number, kind, one, contexts[number]}, needs, problems);
      ++number;
    }
  }
}

void Listeners::bind_one(const Door& door, const net::Listener::Needs& needs, Problems& problems) {
  // Checked when it was read.
  const std::vector<BindAddress> addresses = parse_bind(door.config.bind).value();
  for (const BindAddress& address : addresses) {
    auto listener = net::Listener::open({.number = static_cast<std::uint16_t>(door.number),
                                         .ip = address.ip,
                                         .port = address.port,
                                         .layers = layers_of(door.kind, door.config, door.context)},
                                        needs);
    if (listener) {
      bound_.push_back({std::string(door.kind.name), (*listener)->address()});
      listeners_.push_back({door.number, std::move(*listener)});
    } else if (!address.optional || !listener.error().no_such_address) {
      problems.push_back(Error{listener.error().text});
    }
  }
}

void Listeners::start() {
  for (const Numbered& one : listeners_) {
    one.listener->start();
  }
}

void Listeners::close() {
  for (const Numbered& one : listeners_) {
    one.listener->close();
  }
}

void Listeners::set_tls(const TlsContexts& contexts) {
  for (const Numbered& one : listeners_) {
    one.listener->set_tls(contexts[one.number]);
  }
}

std::vector<std::string> listener_names(const ListenersConfig& config) {
  std::vector<std::string> names;
  for (const ListenerKind& kind : kListenerKinds) {
    const std::size_t count = (config.*kind.list).size();
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back(count == 1 ? std::string(kind.name) : fmt::format("{}.{}", kind.name, i));
    }
  }
  return names;
}

}  // namespace godwit::app
