// The environment as a source of settings, between file and flags.
//
//   GODWIT_IO_THREADS=2                      io_threads
//   GODWIT_LIMITS__QUEUE_MESSAGES_MAX=50000  limits.queue_messages_max
//   GODWIT_LISTENER__TLS__1__BIND=*:8884     the second [[listener.tls]]
//   GODWIT_CONFIG=/etc/godwit/godwit.toml    as --config
//   GODWIT_PROFILE=hardened                  as --profile
//
// Every other variable that begins with GODWIT_ is a mistake, but for those that Kubernetes gives
// each container about services of the same name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/setting.h"

namespace godwit::app {

// "NAME=VALUE" each, as a process has them.
using Environment = std::vector<std::string>;

struct EnvironmentSettings {
  std::optional<std::string> file;     // Of GODWIT_CONFIG; an empty one is none.
  std::optional<std::string> profile;  // Of GODWIT_PROFILE, likewise.
  std::vector<Setting> settings;
};

[[nodiscard]] EnvironmentSettings read_environment(const Environment& environment,
                                                   Problems& problems);

// "GODWIT_LIMITS__QUEUE_MESSAGES_MAX" for "limits.queue_messages_max".
[[nodiscard]] std::string variable_of(std::string_view option);

// Whether it is one that Kubernetes sets for a service called godwit or godwit-…: such as
// GODWIT_SERVICE_HOST=10.0.0.1 or GODWIT_METRICS_PORT_9883_TCP_PROTO=tcp. The value decides too.
[[nodiscard]] bool is_service_variable(std::string_view name, std::string_view value);

}  // namespace godwit::app
