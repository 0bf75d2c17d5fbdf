#include "broker/app/config_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "base/check.h"
#include "broker/app/listener_kind.h"
#include "broker/app/option_rows.h"

namespace godwit::app {
namespace {

using ListenerList = std::vector<ListenerConfig> ListenersConfig::*;

template <ListenerList List>
void resize_listeners(Config& config, std::size_t count) {
  const auto kind = std::ranges::find(kListenerKinds, List, &ListenerKind::list);
  (config.listeners.*List).resize(count, ListenerConfig{.bind = std::string(kind->default_bind)});
}

template <ListenerList List>
std::size_t listener_count(const Config& config) {
  return (config.listeners.*List).size();
}

constexpr std::array kSections = {
    Section{.name = "", .help = "Options at the top of the file, before the first table."},
    Section{.name = "listener.tcp",
            .help = "Where MQTT clients connect. Written `[listener.tcp]` once or "
                    "`[[listener.tcp]]` as often as there are addresses. The default listener "
                    "stands if no listener of any kind is configured. `--bind` takes the place of "
                    "all plain listeners that other sources name.",
            .resize = &resize_listeners<&ListenersConfig::tcp>,
            .size = &listener_count<&ListenersConfig::tcp>},
    Section{.name = "listener.tls",
            .help = "The same over TLS, 1.2 or 1.3; as often as there are addresses.",
            .resize = &resize_listeners<&ListenersConfig::tls>,
            .size = &listener_count<&ListenersConfig::tls>},
    Section{.name = "listener.ws",
            .help = "MQTT over WebSocket, for web pages; as often as there are addresses.",
            .resize = &resize_listeners<&ListenersConfig::ws>,
            .size = &listener_count<&ListenersConfig::ws>},
    Section{.name = "listener.wss",
            .help = "MQTT over WebSocket over TLS, with the options of both.",
            .resize = &resize_listeners<&ListenersConfig::wss>,
            .size = &listener_count<&ListenersConfig::wss>},
    Section{.name = "tls", .help = "What all listeners with TLS share."},
    Section{
        .name = "tls.certificate",
        .help = "Certificates beyond those of the listeners, `[[tls.certificate]]` for each. A "
                "client that asks for a server name (SNI) is shown the one with that name; of "
                "every listener with TLS.",
        .resize = [](Config& config, std::size_t count) { config.tls.certificates.resize(count); },
        .size = [](const Config& config) { return config.tls.certificates.size(); }},
    Section{.name = "http", .help = "Health, version and metrics over HTTP/1.1."},
    Section{.name = "mqtt", .help = "What clients are offered of the optional parts of MQTT."},
    Section{.name = "access", .help = "Who may connect, and what they may do: see `access.md`."},
    Section{.name = "log", .help = "Lines in logfmt on standard error, times in UTC."},
    Section{.name = "limits",
            .help = "Everything has a bound; what happens beyond it is in `limits.md`."},
};

// "1048576" as "1 MiB" if that says the same.
std::string bytes_text(std::int64_t bytes) {
  constexpr std::array kUnits = {std::pair{std::int64_t{1} << 30U, "GiB"},
                                 std::pair{std::int64_t{1} << 20U, "MiB"},
                                 std::pair{std::int64_t{1} << 10U, "KiB"}};
  for (const auto& [size, unit] : kUnits) {
    if (bytes >= size && bytes % size == 0) {
      return fmt::format("{} {}", bytes / size, unit);
    }
  }
  return fmt::format("{}", bytes);
}

const std::vector<Option>& all_options() {
  static const std::vector<Option> kAll = [] {
    std::vector<Option> all;
    for (const std::span<const Option> rows :
         {general_option_rows(), listener_option_rows(), limit_option_rows()}) {
      all.insert(all.end(), rows.begin(), rows.end());
    }
    std::ranges::stable_sort(
        all, {}, [](const Option& option) { return &section_of(option) - kSections.data(); });
    return all;
  }();
  return kAll;
}

// A Config with one instance of each section.
const Config& config_of_defaults() {
  static const Config kDefaults = [] {
    Config config;
    for (const Section& section : kSections) {
      if (section.repeatable()) {
        section.resize(config, 1);
      }
    }
    return config;
  }();
  return kDefaults;
}

}  // namespace

std::span<const Section> sections() { return kSections; }

std::span<const Option> options() { return all_options(); }

const Option* find_option(std::string_view name) {
  const auto found = std::ranges::find(all_options(), name, &Option::name);
  return found == all_options().end() ? nullptr : &*found;
}

const Section* find_section(std::string_view name) {
  const auto found = std::ranges::find(kSections, name, &Section::name);
  return found == kSections.end() ? nullptr : &*found;
}

const Section& section_of(const Option& option) {
  const std::size_t dot = option.name.rfind('.');
  const Section* section =
      find_section(dot == std::string_view::npos ? "" : option.name.substr(0, dot));
  CHECK(section != nullptr);
  return *section;
}

std::string_view key_of(const Option& option) {
  return option.name.substr(option.name.rfind('.') + 1);  // npos + 1 is 0.
}

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(quoted), "\\u{:04X}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string value_text(const Option& option, const OptionValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  if (const std::string* text = std::get_if<std::string>(&value)) {
    return quoted(*text);
  }
  const std::int64_t number = std::get<std::int64_t>(value);
  if (option.type != OptionType::kBytes) {
    return fmt::format("{}", number);
  }
  const std::string text = bytes_text(number);
  return text.find(' ') == std::string::npos ? text : fmt::format("\"{}\"", text);
}

OptionValue default_value(const Option& option) {
  return option.field.read(config_of_defaults(), 0);
}

std::string default_text(const Option& option) { return value_text(option, default_value(option)); }

std::string bounds_text(const Option& option) {
  switch (option.type) {
    case OptionType::kBoolean:
      return "true, false";
    case OptionType::kInteger:
    case OptionType::kSeconds:
      return fmt::format("{} to {}", option.min, option.max);
    case OptionType::kBytes:
      return fmt::format("{} to {}", bytes_text(option.min), bytes_text(option.max));
    case OptionType::kChoice: {
      std::string text(option.choices);
      for (std::size_t blank = 0; (blank = text.find(' ', blank)) != std::string::npos;
           blank += 2) {
        text.replace(blank, 1, ", ");
      }
      return text;
    }
    case OptionType::kAddress:
      return "HOST:PORT";
    case OptionType::kText:
      return fmt::format("UTF-8, {} bytes at most", kTextBytesMax);
    case OptionType::kPath:
      return "a readable file";
  }
  return "";
}

std::string_view type_text(OptionType type) {
  switch (type) {
    case OptionType::kBoolean:
      return "boolean";
    case OptionType::kInteger:
      return "integer";
    case OptionType::kSeconds:
      return "seconds";
    case OptionType::kBytes:
      return "bytes";
    case OptionType::kChoice:
      return "choice";
    case OptionType::kAddress:
      return "address";
    case OptionType::kText:
      return "text";
    case OptionType::kPath:
      return "path";
  }
  return "";
}

}  // namespace godwit::app
