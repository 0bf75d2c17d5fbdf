// The four kinds of listeners as a table: what each is called and which parts of ListenerConfig
// count for it. Whoever treats all listeners alike loops over it.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "broker/app/config.h"

namespace godwit::app {

struct ListenerKind {
  std::string_view name;     // In the log and in metrics: "tcp".
  std::string_view section;  // In the configuration: "listener.tcp".
  std::string_view default_bind;
  bool tls;        // ListenerConfig::tls counts.
  bool websocket;  // ListenerConfig::websocket counts.
  std::vector<ListenerConfig> ListenersConfig::*list;
};

inline constexpr std::array kListenerKinds = {
    ListenerKind{.name = "tcp",
                 .section = "listener.tcp",
                 .default_bind = "localhost:1883",
                 .tls = false,
                 .websocket = false,
                 .list = &ListenersConfig::tcp},
    ListenerKind{.name = "tls",
                 .section = "listener.tls",
                 .default_bind = "localhost:8883",
                 .tls = true,
                 .websocket = false,
                 .list = &ListenersConfig::tls},
    ListenerKind{.name = "ws",
                 .section = "listener.ws",
                 .default_bind = "localhost:8083",
                 .tls = false,
                 .websocket = true,
                 .list = &ListenersConfig::ws},
    ListenerKind{.name = "wss",
                 .section = "listener.wss",
                 .default_bind = "localhost:8084",
                 .tls = true,
                 .websocket = true,
                 .list = &ListenersConfig::wss},
};

}  // namespace godwit::app
