#include "broker/app/cli_source_flags.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "broker/app/profile.h"

namespace godwit::app {
namespace {

constexpr const char* kGroup = "Flags of the configuration";

// "trace|debug|info" of "trace debug info".
std::string either(std::string_view words) {
  std::string text(words);
  std::ranges::replace(text, ' ', '|');
  return text;
}

std::string placeholder(const Option& option) {
  switch (option.type) {
    case OptionType::kAddress:
      return "HOST:PORT";
    case OptionType::kPath:
      return "FILE";
    case OptionType::kChoice:
      return either(option.choices);
    case OptionType::kText:
      return "WORD";
    default:
      return "N";
  }
}

// The first sentence of the option's help, and what it is called in a file.
std::string flag_help(const Option& option) {
  std::string_view sentence = option.help.substr(0, option.help.find(". "));
  if (sentence.ends_with('.')) {
    sentence.remove_suffix(1);
  }
  std::string help = fmt::format("{} [{}, default {}", sentence, option.name, default_text(option));
  if (option.type == OptionType::kInteger) {
    help += fmt::format(", {}", bounds_text(option));
  }
  return help + (section_of(option).repeatable() ? ", may be repeated]" : "]");
}

}  // namespace

void SourceFlags::add_to(CLI::App& command) {
  command.add_option("-c,--config", file_, "The configuration file (TOML)")
      ->type_name("FILE")
      ->group(kGroup);
  std::string names;
  for (const ProfileDescription& profile : profiles()) {
    names += fmt::format("{}{}", names.empty() ? "" : "|", profile.name);
  }
  CLI::Option* profile =
      command.add_option("--profile", profile_, "What is set and forbidden together");
  profile->type_name(names)->group(kGroup);
  command
      .add_flag_callback(
          "--development", [this] { profile_ = "development"; },
          "To try things out: everybody may connect, from this machine only; short for "
          "--profile development")
      ->excludes(profile)
      ->group(kGroup);
  for (const Option& option : options()) {
    if (!option.flag.empty()) {
      add_flag_of(option, command);
    }
  }
  command.add_option("--set", assignments_, "Sets any option; may be given several times")
      ->type_name("NAME=VALUE")
      ->group(kGroup)
      ->allow_extra_args(false);
}

ConfigSources SourceFlags::sources() const {
  ConfigSources sources{.file = file_, .flags = {}, .profile = profile_, .problems = {}};
  for (const std::string& assignment : assignments_) {
    read_assignment(assignment, "--set", sources.flags, sources.problems);
  }
  for (const Flag& flag : flags_) {
    for (std::size_t instance = 0; instance < flag.values.size(); ++instance) {
      sources.flags.push_back({.option = std::string(flag.option->name),
                               .instance = instance,
                               .value = Untyped{flag.values[instance]},
                               .origin = std::string(flag.option->flag),
                               .base_folder = {}});
    }
  }
  return sources;
}

void SourceFlags::add_flag_of(const Option& option, CLI::App& command) {
  Flag& flag = flags_.emplace_back(Flag{&option, {}});
  const bool repeatable = section_of(option).repeatable();
  CLI::Option* added = command.add_option(std::string(option.flag), flag.values, flag_help(option));
  added->group(kGroup);
  if (option.type == OptionType::kBoolean) {
    // `--allow-anonymous` alone means true.
    added->expected(0, 1)->type_name("")->default_str("true");
    added->run_callback_for_default(false);
    return;
  }
  added->type_name(placeholder(option))->allow_extra_args(false)->expected(1);
  added->multi_option_policy(repeatable ? CLI::MultiOptionPolicy::TakeAll
                                        : CLI::MultiOptionPolicy::TakeLast);
}

}  // namespace godwit::app
