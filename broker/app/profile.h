// Profiles: what is set together for one purpose. The settings of a profile go before the defaults
// and after everything that a file, the environment or a flag says; what a profile forbids is in
// config_check.cc and cannot be set away.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "broker/app/config.h"
#include "broker/app/origins.h"

namespace godwit::app {

struct ProfileSetting {
  std::string_view option;  // Of a repeatable section: in every instance that stands.
  std::string_view value;   // As after `--set`.
};

struct ProfileDescription {
  Profile profile;
  std::string_view name;
  std::string_view help;  // What it is for and what it forbids; sentences.
  std::span<const ProfileSetting> settings;
};

[[nodiscard]] std::span<const ProfileDescription> profiles();
[[nodiscard]] const ProfileDescription& description_of(Profile profile);
// Nothing if there is none of that name.
[[nodiscard]] std::optional<Profile> parse_profile(std::string_view name);
// "development, default, hardened".
[[nodiscard]] std::string profile_names();

// Writes the settings of config.profile wherever `origins` says that nobody else has set anything.
// Every instance of a listener stands already.
void apply_profile(Config& config, Origins& origins);

}  // namespace godwit::app
