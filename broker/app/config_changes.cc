#include "broker/app/config_changes.h"

#include <algorithm>

#include "broker/app/config_table.h"
#include "broker/app/origins.h"
#include "broker/app/profile.h"

namespace godwit::app {
namespace {

std::string text_of(const Option& option, const OptionValue& value) {
  const bool masked = option.secret && !std::get<std::string>(value).empty();
  return masked ? quoted("***") : value_text(option, value);
}

std::size_t count_of(const Section& section, const Config& config) {
  return section.repeatable() ? section.size(config) : 1;
}

std::size_t common_count(const Section& section, const Config& first, const Config& second) {
  return std::min(count_of(section, first), count_of(section, second));
}

}  // namespace

ConfigChanges compare_configs(const Config& running, const Config& wanted) {
  ConfigChanges changes;
  if (running.profile != wanted.profile) {
    changes.restart.push_back({"profile", std::string(description_of(running.profile).name),
                               std::string(description_of(wanted.profile).name)});
  }
  for (const Section& section : sections()) {
    const std::size_t before = count_of(section, running);
    const std::size_t after = count_of(section, wanted);
    if (before != after) {
      changes.restart.push_back(
          {std::string(section.name), std::to_string(before), std::to_string(after)});
    }
  }
  for (const Option& option : options()) {
    const std::size_t count = common_count(section_of(option), running, wanted);
    for (std::size_t instance = 0; instance < count; ++instance) {
      const OptionValue before = option.field.read(running, instance);
      const OptionValue after = option.field.read(wanted, instance);
      if (before != after) {
        (option.reloadable ? changes.reloadable : changes.restart)
            .push_back({instance_name(option.name, instance), text_of(option, before),
                        text_of(option, after)});
      }
    }
  }
  return changes;
}

Config with_reloadable(Config running, const Config& wanted) {
  for (const Option& option : options()) {
    if (!option.reloadable) {
      continue;
    }
    const std::size_t count = common_count(section_of(option), running, wanted);
    for (std::size_t instance = 0; instance < count; ++instance) {
      option.field.write(running, instance, option.field.read(wanted, instance));
    }
  }
  return running;
}

}  // namespace godwit::app
