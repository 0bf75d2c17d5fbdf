#include "broker/app/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

constexpr std::string_view kPrefix = "GODWIT_";
constexpr std::string_view kFileVariable = "GODWIT_CONFIG";
constexpr std::string_view kProfileVariable = "GODWIT_PROFILE";
// Longer names are no slip of the finger, and are not repeated.
constexpr std::size_t kNameBytesMax = 200;

char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// "limits.queue_messages_max" of "LIMITS__QUEUE_MESSAGES_MAX".
std::string option_name_of(std::string_view levels) {
  std::string name;
  for (std::size_t at = 0; at < levels.size(); ++at) {
    if (levels.substr(at).starts_with("__")) {
      name += '.';
      ++at;
    } else {
      name += to_lower(levels[at]);
    }
  }
  return name;
}

std::string unknown_variable_text(std::string_view name) {
  if (name.size() > kNameBytesMax) {
    return fmt::format("{}…: unknown variable, a name of {} bytes", name.substr(0, kNameBytesMax),
                       name.size());
  }
  const std::string dotted = option_name_of(name.substr(kPrefix.size()));
  const auto found = find_instance(dotted);
  const Option* nearest = nearest_option(found ? found->option : dotted);
  if (nearest == nullptr) {
    return fmt::format(
        "{}: unknown variable; those of `godwit config reference` are written as {}, others must "
        "not begin with {}",
        name, variable_of("limits.queue_messages_max"), kPrefix);
  }
  return fmt::format("{}: unknown variable; did you mean {}?", name,
                     variable_of(instance_name(nearest->name, found ? found->instance : 0)));
}

void read_variable(std::string_view name, std::string_view value, EnvironmentSettings& settings,
                   Problems& problems) {
  const std::string dotted = option_name_of(name.substr(kPrefix.size()));
  auto found = find_instance(dotted);
  if (!found) {
    problems.push_back(Error{fmt::format("{}: {}", name, found.error().text)});
    return;
  }
  // Names are upper case: what a shell script sets as Godwit_io_threads would otherwise count on
  // some days and not on others.
  const bool upper = std::ranges::none_of(name, is_lower);
  if (!upper || find_option(found->option) == nullptr) {
    problems.push_back(Error{unknown_variable_text(name)});
    return;
  }
  settings.settings.push_back({.option = std::move(found->option),
                               .instance = found->instance,
                               .value = Untyped{std::string(value)},
                               .origin = std::string(name),
                               .base_folder = {}});
}

// --- what Kubernetes sets ------------------------------------------------------------------------

bool is_number(std::string_view text) {
  constexpr std::size_t kDigitsMax = 5;  // Of a port.
  return !text.empty() && text.size() <= kDigitsMax &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_protocol(std::string_view text) { return text == "tcp" || text == "udp" || text == "sctp"; }

// "10.0.0.1", "fd00::1"; headless services have no such variables.
bool is_ip(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef.:") == std::string_view::npos;
}

// "tcp://10.0.0.1:1883"
bool is_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  return scheme != std::string_view::npos && is_protocol(text.substr(0, scheme));
}

// "1883_TCP", whatever the port and the protocol.
bool is_port_and_protocol(std::string_view text) {
  const std::size_t bar = text.find('_');
  if (bar == std::string_view::npos || !is_number(text.substr(0, bar))) {
    return false;
  }
  const std::string_view protocol = text.substr(bar + 1);
  return protocol == "TCP" || protocol == "UDP" || protocol == "SCTP";
}

// `port`: what stands behind NAME_PORT_.
bool is_port_variable(std::string_view port, std::string_view value) {
  struct Form {
    std::string_view ending;
    bool (*fits)(std::string_view value);
  };
  constexpr std::array kForms = {Form{"_PROTO", &is_protocol}, Form{"_PORT", &is_number},
                                 Form{"_ADDR", &is_ip}, Form{"", &is_url}};
  return std::ranges::any_of(kForms, [&](const Form& form) {
    return port.ends_with(form.ending) && form.fits(value) &&
           is_port_and_protocol(port.substr(0, port.size() - form.ending.size()));
  });
}

}  // namespace

bool is_service_variable(std::string_view name, std::string_view value) {
  constexpr std::string_view kService = "GODWIT";
  if (!name.starts_with(kPrefix) || std::ranges::any_of(name, is_lower)) {
    return false;
  }
  // The service's name may hold these words too, so the last ones count.
  constexpr std::string_view kServicePort = "_SERVICE_PORT";
  constexpr std::string_view kPort = "_PORT";
  if (name.ends_with("_SERVICE_HOST")) {
    return is_ip(value);
  }
  if (const std::size_t at = name.rfind(kServicePort); at != std::string_view::npos) {
    const std::string_view rest = name.substr(at + kServicePort.size());
    const bool whole = rest.empty() || (rest.size() > 1 && rest[0] == '_');
    if (whole && is_number(value)) {
      return true;
    }
  }
  if (name.ends_with(kPort) && is_url(value)) {
    return true;
  }
  for (std::size_t at = name.find(kPort, kService.size()); at != std::string_view::npos;
       at = name.find(kPort, at + 1)) {
    const std::string_view rest = name.substr(at + kPort.size());
    if (rest.starts_with('_') && is_port_variable(rest.substr(1), value)) {
      return true;
    }
  }
  return false;
}

std::string variable_of(std::string_view option) {
  std::string name(kPrefix);
  for (const char c : option) {
    if (c == '.') {
      name += "__";
    } else {
      name += to_upper(c);
    }
  }
  return name;
}

EnvironmentSettings read_environment(const Environment& environment, Problems& problems) {
  EnvironmentSettings settings;
  for (const std::string& variable : environment) {
    const std::size_t equals = std::min(variable.find('='), variable.size());
    const std::string_view name = std::string_view(variable).substr(0, equals);
    const std::string_view value =
        std::string_view(variable).substr(std::min(equals + 1, variable.size()));
    if (!name.starts_with(kPrefix) || is_service_variable(name, value)) {
      continue;
    }
    if (name != kFileVariable && name != kProfileVariable) {
      read_variable(name, value, settings, problems);
    } else if (!value.empty()) {
      (name == kFileVariable ? settings.file : settings.profile) = std::string(value);
    }
  }
  return settings;
}

}  // namespace godwit::app
