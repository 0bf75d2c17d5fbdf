// Judges settings against the table.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>

#include "broker/app/address.h"
#include "broker/app/config_table.h"
#include "broker/app/listener_kind.h"
#include "broker/app/setting.h"
#include "broker/mqtt/utf8.h"

namespace godwit::app {
namespace {

template <class T>
using Parsed = Result<T>;

// Number of edits between two names, for "did you mean".
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// "64 MiB", "64MiB", "65536".
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    unsigned shift;
  };
  constexpr std::array kUnits = {Unit{"KiB", 10}, Unit{"MiB", 20}, Unit{"GiB", 30},
                                 Unit{"TiB", 40}};
  unsigned shift = 0;
  for (const Unit& unit : kUnits) {
    if (text.ends_with(unit.name)) {
      shift = unit.shift;
      text.remove_suffix(unit.name.size());
      if (text.ends_with(' ')) {
        text.remove_suffix(1);
      }
      break;
    }
  }
  const std::optional<std::int64_t> number = parse_integer(text);
  if (!number.has_value() || *number < 0) {
    return std::nullopt;
  }
  if (*number > (std::numeric_limits<std::int64_t>::max() >> shift)) {
    return std::nullopt;
  }
  return *number << shift;
}

// What a value is called in a message.
std::string described(const RawValue& value) {
  struct Visitor {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return fmt::format("\"{}\"", text); }
    std::string operator()(const Untyped& raw) const { return fmt::format("\"{}\"", raw.text); }
    std::string operator()(Stands) const { return "a table"; }
  };
  return std::visit(Visitor{}, value);
}

const std::string* text_of(const RawValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return text;
  }
  if (const auto* raw = std::get_if<Untyped>(&value)) {
    return &raw->text;
  }
  return nullptr;
}

Parsed<OptionValue> to_boolean(const RawValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) {
    return *truth;
  }
  if (const auto* raw = std::get_if<Untyped>(&value)) {
    if (raw->text == "true") {
      return true;
    }
    if (raw->text == "false") {
      return false;
    }
  }
  return fail(Error{"must be true or false"});
}

Parsed<OptionValue> to_number(const Option& option, const RawValue& value) {
  std::optional<std::int64_t> number;
  if (const auto* typed = std::get_if<std::int64_t>(&value)) {
    number = *typed;
  } else if (option.type == OptionType::kBytes && text_of(value) != nullptr) {
    number = parse_bytes(*text_of(value));
  } else if (const auto* raw = std::get_if<Untyped>(&value)) {
    number = parse_integer(raw->text);
  }
  if (!number.has_value()) {
    return fail(Error{option.type == OptionType::kBytes
                          ? "must be a number of bytes, such as 65536 or \"64 KiB\""
                          : "must be a whole number"});
  }
  if (*number < option.min || *number > option.max) {
    return fail(Error{fmt::format("must be {}", bounds_text(option))});
  }
  return *number;
}

bool is_choice(std::string_view choices, std::string_view text) {
  if (text.empty() || text.find(' ') != std::string_view::npos) {
    return false;
  }
  return fmt::format(" {} ", choices).find(fmt::format(" {} ", text)) != std::string::npos;
}

Parsed<OptionValue> to_text(const Option& option, const Setting& setting) {
  const std::string* text = text_of(setting.value);
  if (text == nullptr) {
    return fail(Error{"must be text in quotes"});
  }
  if (option.type == OptionType::kChoice && !is_choice(option.choices, *text)) {
    return fail(Error{fmt::format("must be one of {}", bounds_text(option))});
  }
  if (option.type == OptionType::kAddress && !(option.name == "http.bind" && *text == kHttpOff)) {
    if (auto parsed = parse_bind(*text); !parsed) {
      return fail(parsed.error());
    }
  }
  if (option.type == OptionType::kText &&
      (text->size() > kTextBytesMax || mqtt::find_invalid_utf8(*text))) {
    return fail(Error{fmt::format("must be {}", bounds_text(option))});
  }
  if (option.refuse != nullptr && !option.refuse(*text).empty()) {
    return fail(Error{std::string(option.refuse(*text))});
  }
  if (option.type == OptionType::kPath && !text->empty() && !setting.base_folder.empty()) {
    return (std::filesystem::path(setting.base_folder) / *text).string();
  }
  return *text;
}

Parsed<OptionValue> to_option_value(const Option& option, const Setting& setting) {
  switch (option.type) {
    case OptionType::kBoolean:
      return to_boolean(setting.value);
    case OptionType::kInteger:
    case OptionType::kSeconds:
    case OptionType::kBytes:
      return to_number(option, setting.value);
    case OptionType::kChoice:
    case OptionType::kAddress:
    case OptionType::kText:
    case OptionType::kPath:
      return to_text(option, setting);
  }
  return fail(Error{"has no type"});
}

// How long the settings make the list of this section; 0 if they say nothing about it.
std::size_t instances_of(const Section& section, const std::vector<Setting>& settings) {
  std::size_t count = 0;
  for (const Setting& setting : settings) {
    const Option* option = find_option(setting.option);
    const std::string_view name = option == nullptr ? setting.option : section_of(*option).name;
    if (name == section.name) {
      count = std::max(count, setting.instance + 1);
    }
  }
  return count;
}

// Every instance that a setting is about exists from here on.
void make_instances(const std::vector<Setting>& settings, Config& config) {
  const bool listener_named = std::ranges::any_of(settings, [](const Setting& setting) {
    const Option* option = find_option(setting.option);
    const std::string_view name = option == nullptr ? setting.option : section_of(*option).name;
    return std::ranges::find(kListenerKinds, name, &ListenerKind::section) != kListenerKinds.end();
  });
  if (listener_named) {
    // A file with nothing but `listener.tls` must not open the plain port.
    config.listeners.tcp.clear();
  }
  for (const Section& section : sections()) {
    if (!section.repeatable()) {
      continue;
    }
    if (const std::size_t count = instances_of(section, settings); count > 0) {
      section.resize(config, count);
    }
  }
}

std::string problem_text(const Option& option, const Setting& setting, const Error& error) {
  const std::string name = instance_name(option.name, setting.instance);
  if (option.type == OptionType::kAddress && text_of(setting.value) != nullptr) {
    return fmt::format("{}: {}: {}", setting.origin, name, error.text);  // Quotes the value.
  }
  if (option.secret) {
    return fmt::format("{}: {} {}", setting.origin, name, error.text);
  }
  return fmt::format("{}: {} {}, not {}", setting.origin, name, error.text,
                     described(setting.value));
}

}  // namespace

std::string unknown_option_text(std::string_view name) {
  constexpr std::size_t kEditsMax = 4;  // Further away it is no slip of the finger.
  constexpr std::size_t kNameShownMax = 100;
  if (name.size() > kNameShownMax) {
    return fmt::format("unknown option `{}…`, a name of {} bytes", name.substr(0, kNameShownMax),
                       name.size());
  }
  const Option* nearest = nullptr;
  std::size_t best = kEditsMax + 1;
  for (const Option& option : options()) {
    if (std::max(name.size(), option.name.size()) - std::min(name.size(), option.name.size()) >
        kEditsMax) {
      continue;
    }
    const std::size_t edits = distance(name, option.name);
    if (edits < best) {
      best = edits;
      nearest = &option;
    }
  }
  if (nearest == nullptr) {
    return fmt::format("unknown option `{}`; `godwit config reference` lists all", name);
  }
  return fmt::format("unknown option `{}`; did you mean `{}`?", name, nearest->name);
}

void apply_settings(const std::vector<Setting>& settings, Config& config, Origins& origins,
                    Problems& problems) {
  make_instances(settings, config);
  for (const Setting& setting : settings) {
    if (std::holds_alternative<Stands>(setting.value)) {
      origins.note(setting.option, setting.instance, setting.origin);
      continue;
    }
    const Option* option = find_option(setting.option);
    if (option == nullptr) {
      problems.push_back(
          Error{fmt::format("{}: {}", setting.origin, unknown_option_text(setting.option))});
      continue;
    }
    const Parsed<OptionValue> value = to_option_value(*option, setting);
    if (value) {
      option->field.write(config, setting.instance, *value);
      origins.note(option->name, setting.instance, setting.origin);
    } else {
      problems.push_back(Error{problem_text(*option, setting, value.error())});
    }
  }
}

void read_assignment(std::string_view assignment, const std::string& origin,
                     std::vector<Setting>& settings, Problems& problems) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    problems.push_back(Error{fmt::format("{}: `{}` is not NAME=VALUE", origin, assignment)});
    return;
  }
  Setting setting{.option = std::string(assignment.substr(0, equals)),
                  .value = Untyped{std::string(assignment.substr(equals + 1))},
                  .origin = origin,
                  .base_folder = {}};
  for (const Section& section : sections()) {
    const std::string prefix = fmt::format("{}.", section.name);
    if (!section.repeatable() || !setting.option.starts_with(prefix)) {
      continue;
    }
    const std::string_view rest = std::string_view(setting.option).substr(prefix.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) {
      continue;
    }
    const std::optional<std::int64_t> instance = parse_integer(rest.substr(0, dot));
    if (!instance.has_value()) {
      continue;
    }
    if (*instance < 0 || static_cast<std::size_t>(*instance) >= kSectionInstancesMax) {
      problems.push_back(Error{fmt::format("{}: {} stands at most {} times", origin, section.name,
                                           kSectionInstancesMax)});
      return;
    }
    setting.instance = static_cast<std::size_t>(*instance);
    setting.option = prefix + std::string(rest.substr(dot + 1));
    break;
  }
  settings.push_back(std::move(setting));
}

}  // namespace godwit::app
