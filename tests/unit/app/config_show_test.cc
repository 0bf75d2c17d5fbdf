// What `godwit config show` prints: values, where they come from, and never a secret.

#include "broker/app/config_show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "broker/app/config_table.h"
#include "broker/app/profile.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kFile = R"(
drain_seconds = 7
[access]
rules_file = "rules \"2\""
[mqtt]
response_information = "a\\b\u0007"
[[listener.tls]]
certificate_file = "c"
key_file = "/k"
key_password = "correct horse"
[[listener.tls]]
bind = "*:8884"
certificate_file = "c2"
key_file = "k2"
[[listener.ws]]
)";

class ConfigShow : public ::testing::Test {
 protected:
  ConfigShow() : file_(folder_.write("g.toml", kFile)) {
    const ConfigSources sources{
        .file = file_,
        .flags = {{.option = "limits.queue_bytes_max",
                   .value = Untyped{"3 MiB"},
                   .origin = "--set"}},
        .profile = "hardened",
        .environment = {"GODWIT_IO_THREADS=3", "GODWIT_ACCESS__PASSWORD_FILE=/users",
                        "GODWIT_TLS__CERTIFICATE__0__CERTIFICATE_FILE=/c3",
                        "GODWIT_TLS__CERTIFICATE__0__KEY_FILE=/k3",
                        "GODWIT_TLS__CERTIFICATE__0__KEY_PASSWORD=battery staple"}};
    auto loaded = load_config_with_origins(sources);
    for (const Error& problem : loaded ? Problems{} : loaded.error()) {
      ADD_FAILURE() << problem.text;
    }
    loaded_ = loaded ? std::move(*loaded) : LoadedConfig{};
  }

  [[nodiscard]] std::string line(int number) const {
    return "  # " + file_ + ":" + std::to_string(number) + "\n";
  }

  const TemporaryFolder folder_;
  const std::string file_;
  LoadedConfig loaded_;
};

// What a file with that text makes of the defaults.
LoadedConfig read_back(const std::string& toml) {
  std::vector<Setting> settings;
  Problems problems;
  LoadedConfig loaded;
  read_toml(toml, "/elsewhere/shown.toml", settings, problems);
  apply_settings(settings, loaded.config, loaded.origins, problems);
  for (const Error& problem : problems) {
    ADD_FAILURE() << problem.text;
  }
  return loaded;
}

void expect_same_values(const Config& first, const Config& second) {
  for (const Option& option : options()) {
    const Section& section = section_of(option);
    const std::size_t count = section.repeatable() ? section.size(first) : 1;
    if (section.repeatable()) {
      ASSERT_EQ(section.size(second), count) << section.name;
    }
    for (std::size_t instance = 0; instance < count; ++instance) {
      if (!option.secret) {
        EXPECT_EQ(option.field.read(first, instance), option.field.read(second, instance))
            << instance_name(option.name, instance);
      }
    }
  }
}

TEST_F(ConfigShow, names_the_origin_of_each_value) {
  const std::string toml = show_toml(loaded_, Shown::kAll);
  EXPECT_THAT(toml, HasSubstr("# The profile is `hardened`.\n"));
  EXPECT_THAT(toml, HasSubstr("\nio_threads = 3  # GODWIT_IO_THREADS\n"));
  EXPECT_THAT(toml, HasSubstr("\ndrain_seconds = 7" + line(2)));
  EXPECT_THAT(toml, HasSubstr("\nsys_interval_seconds = 10  # default\n"));
  EXPECT_THAT(toml, HasSubstr("\nqueue_bytes_max = \"3 MiB\"  # --set\n"));
  EXPECT_THAT(toml, HasSubstr("\nkeep_alive_seconds_max = 3600  # profile hardened\n"));
  EXPECT_THAT(toml, HasSubstr("\nbind = \"*:8884\"" + line(12)));
  EXPECT_THAT(toml, HasSubstr("\nkey_file = \"" + folder_.path("k2") + "\"" + line(14)));
}

TEST_F(ConfigShow, masks_secrets_and_nothing_else) {
  for (const Shown shown : {Shown::kAll, Shown::kChanged}) {
    const std::string toml = show_toml(loaded_, shown);
    EXPECT_THAT(toml, AllOf(Not(HasSubstr("horse")), Not(HasSubstr("staple"))));
    EXPECT_THAT(toml, HasSubstr("\n# key_password = \"***\"" + line(10)));
    const std::string json = show_json(loaded_, shown);
    EXPECT_THAT(json, AllOf(Not(HasSubstr("horse")), Not(HasSubstr("staple"))));
    EXPECT_THAT(json, HasSubstr("\"value\": \"***\""));
  }
  EXPECT_THAT(show_toml(loaded_, Shown::kAll), HasSubstr("\nkey_password = \"\"  # default\n"));
}

TEST_F(ConfigShow, can_be_fed_back) {
  expect_same_values(loaded_.config, read_back(show_toml(loaded_, Shown::kAll)).config);
  expect_same_values(loaded_.config, read_back(show_toml(loaded_, Shown::kChanged)).config);
  const LoadedConfig defaults;
  expect_same_values(defaults.config, read_back(show_toml(defaults, Shown::kAll)).config);
}

TEST_F(ConfigShow, changed_leaves_out_what_nobody_has_set) {
  const std::string toml = show_toml(loaded_, Shown::kChanged);
  EXPECT_THAT(toml, Not(HasSubstr("# default")));
  EXPECT_THAT(toml, HasSubstr("\n[[listener.ws]]\n")) << "it would be gone from the file";
  EXPECT_THAT(toml, AllOf(Not(HasSubstr("[http]")), Not(HasSubstr("sys_interval_seconds"))));
  EXPECT_EQ(show_toml({}, Shown::kChanged), "# The profile is `default`.\n");
}

TEST_F(ConfigShow, as_json_has_types) {
  const auto json = nlohmann::json::parse(show_json(loaded_, Shown::kAll));
  EXPECT_EQ(json["profile"], "hardened");
  const auto find = [&](std::string_view name, std::size_t instance) {
    for (const auto& entry : json["options"]) {
      if (entry["name"] == name && entry.value("instance", std::size_t{0}) == instance) {
        return entry;
      }
    }
    return nlohmann::json();
  };
  EXPECT_EQ(find("io_threads", 0)["value"], 3);
  EXPECT_EQ(find("limits.queue_bytes_max", 0)["value"], 3 << 20);
  EXPECT_EQ(find("mqtt.retained_messages", 0)["value"], true);
  EXPECT_EQ(find("mqtt.response_information", 0)["value"], "a\\b\x07");
  EXPECT_EQ(find("listener.tls.bind", 1)["value"], "*:8884");
  EXPECT_EQ(find("listener.tls.bind", 1)["origin"], file_ + ":12");
  EXPECT_FALSE(find("io_threads", 0).contains("instance"));
}

TEST(ConfigShowOrigins, of_a_file_with_a_line_end_in_its_name_stays_a_comment) {
  LoadedConfig loaded;
  loaded.origins.note("io_threads", 0, "a\nb = 1\n.toml:3");
  EXPECT_THAT(show_toml(loaded, Shown::kAll), HasSubstr("io_threads = 1  # a?b = 1?.toml:3\n"));
}

}  // namespace
}  // namespace godwit::app
