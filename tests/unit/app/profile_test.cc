// Profiles: what they set below every other source, and what they forbid whatever was set.

#include "broker/app/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/config_load.h"
#include "broker/app/config_reference.h"
#include "broker/app/config_table.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> problems_of(const ConfigSources& sources) {
  std::vector<std::string> all;
  if (const auto config = load_config(sources); !config) {
    for (const Error& problem : config.error()) {
      all.push_back(problem.text);
    }
  }
  return all;
}

// A configuration that the profile hardened lets start.
constexpr std::string_view kHardenedFile =
    "[access]\npassword_file = \"users\"\nrules_file = \"rules\"\n"
    "[[listener.tls]]\ncertificate_file = \"c\"\nkey_file = \"k\"\nbind = \"*:8883\"\n"
    "[[listener.tls]]\ncertificate_file = \"c\"\nkey_file = \"k\"\nbind = \"*:8884\"\n"
    "minimum_version = \"1.2\"\n";

TEST(Profiles, set_only_options_that_exist_to_values_that_fit) {
  for (const ProfileDescription& profile : profiles()) {
    Config config;
    config.profile = profile.profile;
    Origins origins;
    apply_profile(config, origins);  // A wrong row ends the process.
    EXPECT_EQ(parse_profile(profile.name), profile.profile);
    EXPECT_THAT(config_reference(), HasSubstr("- `" + std::string(profile.name) + "`: "));
    for (const ProfileSetting& setting : profile.settings) {
      EXPECT_THAT(config_reference(), HasSubstr("| `" + std::string(setting.option) + "` |"));
    }
  }
}

TEST(Profiles, go_below_file_environment_and_flags_in_every_instance) {
  const TemporaryFolder folder;
  ConfigSources sources{.file = folder.write("g.toml", kHardenedFile), .profile = "hardened"};
  sources.environment = {"GODWIT_LIMITS__USER_PROPERTIES_MAX=5"};
  const auto loaded = load_config_with_origins(sources);
  ASSERT_TRUE(loaded) << loaded.error()[0].text;
  const Config& config = loaded->config;
  EXPECT_EQ(config.profile, Profile::kHardened);
  ASSERT_EQ(config.listeners.tls.size(), 2U);
  EXPECT_EQ(config.listeners.tls[0].tls.minimum_version, TlsVersion::k1_3);
  EXPECT_EQ(config.listeners.tls[1].tls.minimum_version, TlsVersion::k1_2);
  EXPECT_TRUE(config.listeners.wss.empty()) << "a profile makes no listener";
  EXPECT_EQ(config.limits.session.keep_alive_seconds_max, 3600);
  EXPECT_EQ(config.limits.session.session_expiry_seconds_max, 30U * 86'400U);
  EXPECT_EQ(config.limits.session.codec.user_properties_max, 5U);
  EXPECT_EQ(loaded->origins.of("listener.tls.minimum_version", 0), "profile hardened");
  EXPECT_EQ(loaded->origins.of("listener.tls.minimum_version", 1), folder.path("g.toml") + ":12");
  EXPECT_EQ(loaded->origins.of("limits.user_properties_max"), "GODWIT_LIMITS__USER_PROPERTIES_MAX");
}

TEST(Profiles, are_chosen_by_flag_then_by_variable) {
  ConfigSources sources;
  sources.environment = {"GODWIT_PROFILE=development"};
  ASSERT_TRUE(load_config(sources));
  EXPECT_EQ(load_config(sources)->profile, Profile::kDevelopment);
  sources.profile = "default";
  EXPECT_THAT(problems_of(sources), ElementsAre(HasSubstr("nobody could connect")));

  sources.profile = "harder";
  EXPECT_THAT(problems_of(sources),
              ElementsAre("--profile: must be one of development, default, hardened, not "
                          "\"harder\""));
  sources.profile = {};
  sources.environment = {"GODWIT_PROFILE=dev"};
  EXPECT_THAT(problems_of(sources), ElementsAre(StartsWith("GODWIT_PROFILE: must be one of")));
  sources.environment = {"GODWIT_PROFILE=", "GODWIT_ACCESS__ALLOW_ANONYMOUS=true"};
  EXPECT_EQ(load_config(sources)->profile, Profile::kDefault);
}

TEST(ProfileHardened, forbids_what_lets_strangers_in_or_shows_what_they_say) {
  const TemporaryFolder folder;
  const ConfigSources sources{.file = folder.write("g.toml",
                                                   "[access]\nallow_anonymous = true\n"
                                                   "[[listener.tcp]]\nbind = \"*:1883\"\n"
                                                   "[[listener.ws]]\nbind = \"192.0.2.1:80\"\n"
                                                   "[http]\nbind = \"0.0.0.0:9883\"\n"),
                              .profile = "hardened"};
  const std::string file = folder.path("g.toml");
  EXPECT_THAT(
      problems_of(sources),
      ElementsAre(
          StartsWith(file + ":2: access.allow_anonymous: the profile hardened lets nobody in"),
          StartsWith("access.rules_file: the profile hardened needs rules"),
          AllOf(StartsWith(file + ":4: listener.tcp.bind: "), HasSubstr("not `*:1883`")),
          AllOf(StartsWith(file + ":6: listener.ws.bind: "), HasSubstr("listener.tls")),
          AllOf(StartsWith(file + ":8: http.bind: "), HasSubstr("not `0.0.0.0:9883`"))));
}

TEST(ProfileHardened, allows_plain_listeners_on_loopback_for_a_proxy_on_this_machine) {
  const TemporaryFolder folder;
  const ConfigSources sources{
      .file = folder.write("g.toml", std::string(kHardenedFile) +
                                         "[[listener.tcp]]\nbind = \"127.0.0.1:1883\"\n"
                                         "[[listener.ws]]\nbind = \"localhost:8083\"\n"
                                         "[http]\nbind = \"off\"\n"),
      .profile = "hardened"};
  EXPECT_THAT(problems_of(sources), ElementsAre());
}

TEST(ProfileDevelopment, lets_everybody_in_unless_that_is_set_otherwise) {
  const TemporaryFolder folder;
  ConfigSources sources{.profile = "development"};
  EXPECT_TRUE(load_config(sources)->access.allow_anonymous);
  sources.file = folder.write("g.toml", "[access]\nallow_anonymous = false\n");
  EXPECT_THAT(problems_of(sources),
              ElementsAre(HasSubstr("g.toml:2: access.allow_anonymous: nobody could connect")));
}

}  // namespace
}  // namespace godwit::app
