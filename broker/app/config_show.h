// `godwit config show`: every option with its value and where that comes from. Secrets are masked.
#pragma once

#include <cstdint>
#include <string>

#include "broker/app/config_load.h"

namespace godwit::app {

// kChanged: only what somebody has set.
enum class Shown : std::uint8_t { kAll, kChanged };

// TOML that `--config` takes, each value with its origin as a comment. A secret stands as a comment
// and has to be filled in. Paths are absolute, because the text may be kept in another folder.
[[nodiscard]] std::string show_toml(const LoadedConfig& loaded, Shown shown);

// {"profile": …, "options": [{"name", "value", "origin"}, …]}; options of a repeatable section have
// an "instance" too.
[[nodiscard]] std::string show_json(const LoadedConfig& loaded, Shown shown);

}  // namespace godwit::app
