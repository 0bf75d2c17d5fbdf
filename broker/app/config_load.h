// From the command line's wishes to a Config that may be used: reads the file, lets later sources
// win, checks what only holds between options. Whoever gets a Config needs no further check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/app/config.h"
#include "broker/app/environment.h"
#include "broker/app/origins.h"
#include "broker/app/setting.h"

namespace godwit::app {

// In rising order of precedence: defaults, profile, file, environment, flags.
struct ConfigSources {
  std::optional<std::string> file;  // Wins over the one that the environment names.
  std::vector<Setting> flags = {};
  std::optional<std::string> profile = {};  // As `file`. Its settings go before the defaults.
  Problems problems = {};  // Of the command line itself, told together with the others.
  Environment environment = {};
};

struct LoadedConfig {
  Config config;
  Origins origins;
};

[[nodiscard]] Result<LoadedConfig, Problems> load_config_with_origins(const ConfigSources& sources);
// For whoever does not ask where a value came from.
[[nodiscard]] Result<Config, Problems> load_config(const ConfigSources& sources);

}  // namespace godwit::app
