#include "broker/app/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "broker/app/config_table.h"
#include "broker/app/config_value.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

constexpr std::array kDevelopmentSettings = {
    ProfileSetting{.option = "access.allow_anonymous", .value = "true"},
};

// Clients on a network that nobody trusts: what one of them can cost is less, and what is only
// needed by unusual clients has to be asked for.
constexpr std::array kHardenedSettings = {
    ProfileSetting{.option = "listener.tls.minimum_version", .value = "1.3"},
    ProfileSetting{.option = "listener.wss.minimum_version", .value = "1.3"},
    ProfileSetting{.option = "limits.maximum_packet_size", .value = "1 MiB"},
    ProfileSetting{.option = "limits.user_properties_max", .value = "32"},
    ProfileSetting{.option = "limits.connect_deadline_seconds", .value = "3"},
    ProfileSetting{.option = "limits.handshake_deadline_seconds", .value = "3"},
    ProfileSetting{.option = "limits.connect_packet_size_max", .value = "16 KiB"},
    ProfileSetting{.option = "limits.keep_alive_seconds_max", .value = "3600"},
    ProfileSetting{.option = "limits.session_expiry_seconds_max", .value = "2592000"},  // 30 days.
};

constexpr std::array kProfiles = {
    ProfileDescription{.profile = Profile::kDevelopment,
                       .name = "development",
                       .help = "To try things out: everybody may connect, and every listener binds "
                               "loopback addresses only. `--development` says the same.",
                       .settings = kDevelopmentSettings},
    ProfileDescription{.profile = Profile::kDefault,
                       .name = "default",
                       .help = "Clients that are known, on networks that are yours.",
                       .settings = {}},
    ProfileDescription{
        .profile = Profile::kHardened,
        .name = "hardened",
        .help = "Clients on networks that nobody trusts. Anonymous clients must not be allowed, "
                "`access.rules_file` must be named, and listeners without TLS as well as HTTP "
                "bind loopback addresses only.",
        .settings = kHardenedSettings},
};

}  // namespace

std::span<const ProfileDescription> profiles() { return kProfiles; }

const ProfileDescription& description_of(Profile profile) {
  const auto found = std::ranges::find(kProfiles, profile, &ProfileDescription::profile);
  CHECK(found != kProfiles.end());
  return *found;
}

std::optional<Profile> parse_profile(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name, &ProfileDescription::name);
  return found == kProfiles.end() ? std::nullopt : std::optional(found->profile);
}

std::string profile_names() {
  std::string names;
  for (const ProfileDescription& profile : kProfiles) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", profile.name);
  }
  return names;
}

void apply_profile(Config& config, Origins& origins) {
  const ProfileDescription& profile = description_of(config.profile);
  const std::string origin = fmt::format("profile {}", profile.name);
  for (const ProfileSetting& setting : profile.settings) {
    const Option* option = find_option(setting.option);
    CHECK(option != nullptr);
    const auto value = to_option_value(*option, {.option = std::string(setting.option),
                                                 .value = Untyped{std::string(setting.value)},
                                                 .origin = origin,
                                                 .base_folder = {}});
    CHECK(value);  // A row of the table above.
    const Section& section = section_of(*option);
    const std::size_t count = section.repeatable() ? section.size(config) : 1;
    for (std::size_t instance = 0; instance < count; ++instance) {
      if (origins.of(option->name, instance) == kDefaultOrigin) {
        option->field.write(config, instance, *value);
        origins.note(option->name, instance, origin);
      }
    }
  }
}

}  // namespace godwit::app
