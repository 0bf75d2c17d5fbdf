// Judges settings against the table.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "broker/app/config_table.h"
#include "broker/app/config_value.h"
#include "broker/app/listener_kind.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

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
  if (option.type == OptionType::kAddress && error.text.starts_with('`')) {
    return fmt::format("{}: {}: {}", setting.origin, name, error.text);  // Quotes the value.
  }
  if (option.secret) {
    return fmt::format("{}: {} {}", setting.origin, name, error.text);
  }
  return fmt::format("{}: {} {}, not {}", setting.origin, name, error.text,
                     described(setting.value));
}

}  // namespace

const Option* nearest_option(std::string_view name) {
  constexpr std::size_t kEditsMax = 4;  // Further away it is no slip of the finger.
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
  return nearest;
}

std::string unknown_option_text(std::string_view name) {
  constexpr std::size_t kNameShownMax = 100;
  if (name.size() > kNameShownMax) {
    return fmt::format("unknown option `{}…`, a name of {} bytes", name.substr(0, kNameShownMax),
                       name.size());
  }
  const Option* nearest = nearest_option(name);
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
    const Result<OptionValue> value = to_option_value(*option, setting);
    if (value) {
      option->field.write(config, setting.instance, *value);
      origins.note(option->name, setting.instance, setting.origin);
    } else {
      problems.push_back(Error{problem_text(*option, setting, value.error())});
    }
  }
}

Result<InstanceOf> find_instance(std::string_view dotted) {
  for (const Section& section : sections()) {
    const std::string prefix = fmt::format("{}.", section.name);
    if (!section.repeatable() || !dotted.starts_with(prefix)) {
      continue;
    }
    const std::string_view rest = dotted.substr(prefix.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) {
      continue;
    }
    const std::optional<std::int64_t> instance = parse_integer(rest.substr(0, dot));
    if (!instance.has_value()) {
      continue;
    }
    if (*instance < 0 || static_cast<std::size_t>(*instance) >= kSectionInstancesMax) {
      return fail(
          Error{fmt::format("{} stands at most {} times", section.name, kSectionInstancesMax)});
    }
    return InstanceOf{prefix + std::string(rest.substr(dot + 1)),
                      static_cast<std::size_t>(*instance)};
  }
  return InstanceOf{std::string(dotted), 0};
}

void read_assignment(std::string_view assignment, const std::string& origin,
                     std::vector<Setting>& settings, Problems& problems) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    problems.push_back(Error{fmt::format("{}: `{}` is not NAME=VALUE", origin, assignment)});
    return;
  }
  auto found = find_instance(assignment.substr(0, equals));
  if (!found) {
    problems.push_back(Error{fmt::format("{}: {}", origin, found.error().text)});
    return;
  }
  settings.push_back({.option = std::move(found->option),
                      .instance = found->instance,
                      .value = Untyped{std::string(assignment.substr(equals + 1))},
                      .origin = origin,
                      .base_folder = {}});
}

}  // namespace godwit::app
