#include "broker/app/config_load.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/app/config_check.h"
#include "broker/app/config_value.h"
#include "broker/app/file.h"
#include "broker/app/profile.h"

namespace godwit::app {
namespace {

constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20U;

void read_file_settings(const std::string& file, std::vector<Setting>& settings,
                        Problems& problems) {
  const Result<std::string> text = read_whole_file(file, kConfigBytesMax);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  read_toml(*text, file, settings, problems);
}

// `--bind` names all plain listeners: those of file and environment go.
void drop_replaced_listeners(std::vector<Setting>& settings, const std::vector<Setting>& flags) {
  const bool replaced =
      std::ranges::any_of(flags, [](const Setting& setting) { return setting.origin == "--bind"; });
  if (!replaced) {
    return;
  }
  std::erase_if(settings, [](const Setting& setting) {
    return setting.option == "listener.tcp" || setting.option.starts_with("listener.tcp.");
  });
}

Profile choose_profile(const std::optional<std::string>& flag,
                       const std::optional<std::string>& variable, Problems& problems) {
  if (!flag.has_value() && !variable.has_value()) {
    return Profile::kDefault;
  }
  const std::string& name = flag.has_value() ? *flag : *variable;
  const std::optional<Profile> profile = parse_profile(name);
  if (!profile.has_value()) {
    problems.push_back(Error{fmt::format("{}: must be one of {}, not {}",
                                         flag.has_value() ? "--profile" : "GODWIT_PROFILE",
                                         profile_names(), described(name))});
  }
  return profile.value_or(Profile::kDefault);
}

}  // namespace

Result<LoadedConfig, Problems> load_config_with_origins(const ConfigSources& sources) {
  Problems problems = sources.problems;
  std::vector<Setting> settings;
  const EnvironmentSettings environment = read_environment(sources.environment, problems);
  const std::optional<std::string>& file =
      sources.file.has_value() ? sources.file : environment.file;
  if (file.has_value()) {
    read_file_settings(*file, settings, problems);
  }
  settings.insert(settings.end(), environment.settings.begin(), environment.settings.end());
  drop_replaced_listeners(settings, sources.flags);
  settings.insert(settings.end(), sources.flags.begin(), sources.flags.end());

  LoadedConfig loaded;
  Config& config = loaded.config;
  apply_settings(settings, config, loaded.origins, problems);
  config.profile = choose_profile(sources.profile, environment.profile, problems);
  apply_profile(config, loaded.origins);
  if (problems.empty()) {
    check_combinations(config, loaded.origins, problems);
  }
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return loaded;
}

Result<Config, Problems> load_config(const ConfigSources& sources) {
  auto loaded = load_config_with_origins(sources);
  if (!loaded) {
    return fail(std::move(loaded.error()));
  }
  return std::move(loaded->config);
}

}  // namespace godwit::app
