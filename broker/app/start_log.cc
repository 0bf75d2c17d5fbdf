#include "broker/app/start_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "broker/app/address.h"
#include "broker/app/listener_kind.h"
#include "broker/app/profile.h"
#include "broker/app/version.h"

namespace godwit::app {
namespace {

bool listens_beyond_loopback(const Config& config) {
  const auto beyond = [](const ListenerConfig& listener) {
    const auto addresses = parse_bind(listener.bind);
    return addresses && !std::ranges::all_of(*addresses, &BindAddress::loopback);
  };
  return std::ranges::any_of(kListenerKinds, [&](const ListenerKind& kind) {
    return std::ranges::any_of(config.listeners.*kind.list, beyond);
  });
}

void log_access(const Log& log, const Config& config, const Access& access) {
  const bool ruled = !config.access.rules_file.empty();
  log.info("access",
           {{"users", std::to_string(access.users.size())},
            {"anonymous", config.access.allow_anonymous ? "allowed" : "refused"},
            {"rules", ruled ? std::string_view(config.access.rules_file) : "none"},
            {"detail", ruled ? "the rules decide what a client may do"
                             : "whoever is let in may do everything but publish to $SYS"}});
  if (config.access.allow_anonymous && listens_beyond_loopback(config)) {
    log.warn("anonymous_clients",
             {{"detail", "everybody who reaches this machine is let in without a password"}});
  }
  if (access.password_file_is_readable_by_others) {
    log.warn("password_file_readable",
             {{"file", config.access.password_file}, {"detail", "others can read it; chmod 600"}});
  }
}

void log_hints(const Log& log, const Node& node) {
  const auto tcp = std::ranges::find(node.bound(), "tcp", &BoundAddress::kind);
  if (tcp == node.bound().end()) {
    return;
  }
  const std::size_t colon = tcp->address.rfind(':');
  std::string host = tcp->address.substr(0, colon);
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  const std::string port = tcp->address.substr(colon + 1);
  log.info("hint",
           {{"subscribe", fmt::format("mosquitto_sub -h {} -p {} -t 'demo/#' -v", host, port)}});
  log.info("hint", {{"publish",
                     fmt::format("mosquitto_pub -h {} -p {} -t demo/hello -m hello", host, port)}});
}

}  // namespace

void log_start(const Log& log, const Config& config, const Access& access) {
  log.info("starting", {{"version", kVersion},
                        {"mode", description_of(config.profile).name},
                        {"pid", std::to_string(::getpid())},
                        {"io_threads", std::to_string(config.io_threads)}});
  if (config.profile == Profile::kDevelopment) {
    log.warn("development_mode",
             {{"detail", "every client on this machine is let in; not for production"}});
  }
  log.warn("sessions_in_memory",
           {{"detail",
             "sessions, queues and retained messages are in memory and are lost at a restart"}});
  log_access(log, config, access);
}

void log_ready(const Log& log, const Config& config, const Node& node) {
  log.info("connections_limit", {{"connections", std::to_string(node.connections_max())},
                                 {"configured", std::to_string(config.limits.connections_max)}});
  for (const BoundAddress& bound : node.bound()) {
    log.info("listener_ready", {{"kind", bound.kind}, {"address", bound.address}});
  }
  log.info("ready", {{"version", kVersion}});
  if (config.profile == Profile::kDevelopment) {
    log_hints(log, node);
  }
}

}  // namespace godwit::app
