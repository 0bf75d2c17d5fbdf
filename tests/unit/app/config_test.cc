// Options: from a file and the command line to a Config, and every mistake told at once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "broker/app/config_load.h"
#include "broker/app/config_reference.h"
#include "broker/app/config_table.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(const Problems& problems) {
  std::vector<std::string> all;
  for (const Error& problem : problems) {
    all.push_back(problem.text);
  }
  return all;
}

// What a file alone makes of the defaults.
struct FromToml {
  explicit FromToml(std::string_view text) {
    std::vector<Setting> settings;
    read_toml(text, "g.toml", settings, problems);
    apply_settings(settings, config, origins, problems);
  }
  Config config;
  Origins origins;
  Problems problems;
};

struct FromFlags {
  FromFlags(std::initializer_list<std::string_view> assignments) {
    std::vector<Setting> settings;
    for (const std::string_view assignment : assignments) {
      read_assignment(assignment, "--set", settings, problems);
    }
    apply_settings(settings, config, origins, problems);
  }
  Config config;
  Origins origins;
  Problems problems;
};

TEST(ConfigTable, has_a_section_key_help_and_readable_default_for_each_option) {
  for (const Option& option : options()) {
    SCOPED_TRACE(option.name);
    EXPECT_EQ(section_of(option).name.empty(), option.name.find('.') == std::string_view::npos);
    EXPECT_FALSE(option.help.empty());
    EXPECT_TRUE(option.help.ends_with('.'));
    EXPECT_EQ(find_option(option.name), &option) << "the name stands twice";
    EXPECT_NE(option.field.read, nullptr);
  }
}

TEST(ConfigTable, defaults_and_bounds_of_each_option_can_be_written_and_read_back) {
  for (const Option& option : options()) {
    SCOPED_TRACE(option.name);
    std::vector<RawValue> values;
    const OptionValue standard = default_value(option);
    if (const auto* text = std::get_if<std::string>(&standard)) {
      values.emplace_back(*text);
    }
    if (const auto* truth = std::get_if<bool>(&standard)) {
      values = {*truth, !*truth};
    }
    if (const auto* number = std::get_if<std::int64_t>(&standard)) {
      EXPECT_LE(option.min, *number);
      EXPECT_GE(option.max, *number);
      values = {*number, option.min, option.max};
    }
    for (const RawValue& value : values) {
      Config config;
      Origins origins;
      Problems problems;
      apply_settings({{.option = std::string(option.name),
                       .value = value,
                       .origin = "test",
                       .base_folder = ""}},
                     config, origins, problems);
      EXPECT_THAT(texts(problems), IsEmpty());
      EXPECT_EQ(origins.of(option.name), "test");
      const OptionValue kept = option.field.read(config, 0);
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        EXPECT_EQ(std::get<std::int64_t>(kept), *number);
      }
    }
  }
}

TEST(ConfigReference, is_what_the_page_in_the_tree_says) {
  std::ifstream file("docs/operations/configuration.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), config_reference())
      << "run: godwit config reference > docs/operations/configuration.md";
}

TEST(LimitsPage, names_each_bound_with_its_default) {
  std::ifstream file("docs/operations/limits.md");
  std::stringstream page;
  page << file.rdbuf();
  for (const Option& option : options()) {
    if (section_of(option).name != "limits") {
      continue;
    }
    EXPECT_THAT(page.str(), HasSubstr("| `" + std::string(key_of(option)) + "` | " +
                                      default_text(option) + " |"));
  }
}

TEST(ConfigToml, sets_values_of_every_type) {
  const FromToml read(R"(
io_threads = 2
[listener.tcp]
bind = "127.0.0.1:0"
[http]
bind = "off"
[access]
allow_anonymous = true
password_file = "passwords"
[log]
level = "debug"
[limits]
queue_bytes_max = "3 MiB"
write_buffer_max = 65536
connect_deadline_seconds = 7
)");
  EXPECT_THAT(texts(read.problems), IsEmpty());
  EXPECT_EQ(read.config.io_threads, 2);
  ASSERT_EQ(read.config.listeners.tcp.size(), 1U);
  EXPECT_EQ(read.config.listeners.tcp[0].bind, "127.0.0.1:0");
  EXPECT_EQ(read.config.http.bind, "off");
  EXPECT_TRUE(read.config.access.allow_anonymous);
  EXPECT_EQ(read.config.access.password_file, "passwords");
  EXPECT_EQ(read.config.log.level, LogLevel::kDebug);
  EXPECT_EQ(read.config.limits.session.queue_bytes_max, std::size_t{3} << 20U);
  EXPECT_EQ(read.config.limits.session.write_buffer_max, 65536U);
  EXPECT_EQ(read.config.limits.session.connect_deadline, std::chrono::seconds(7));
}

TEST(ConfigToml, takes_several_listeners) {
  const FromToml read(R"(
[[listener.tcp]]
bind = "127.0.0.1:1"
[[listener.tcp]]
bind = "[::1]:2"
)");
  EXPECT_THAT(texts(read.problems), IsEmpty());
  ASSERT_EQ(read.config.listeners.tcp.size(), 2U);
  EXPECT_EQ(read.config.listeners.tcp[1].bind, "[::1]:2");
}

TEST(ConfigToml, tells_the_line_of_what_is_not_toml) {
  const FromToml read("io_threads = 2\n[http]\nbind = \n");
  EXPECT_THAT(texts(read.problems), ElementsAre(HasSubstr("g.toml:3: ")));
}

TEST(ConfigToml, tells_all_mistakes_with_file_and_line) {
  const FromToml read(R"(io_thread = 2
http = 3
colour = "grey"
[limits]
queue_messages_max = 0
receive_maximum = "many"
queue_bytes_max = "3 MB"
connect_deadline_seconds = 1.5
topic_levels_max = [1]
[log]
level = "loud"
[listener.tcp]
bind = "example.org:1883"
[listener.udp]
)");
  EXPECT_THAT(
      texts(read.problems),
      ::testing::UnorderedElementsAre(
          HasSubstr("g.toml:1: unknown option `io_thread`; did you mean `io_threads`?"),
          HasSubstr("g.toml:2: `http` must be a table: [http]"),
          HasSubstr("g.toml:3: unknown option `colour`"),
          HasSubstr("g.toml:5: limits.queue_messages_max must be 1 to 100000000, not 0"),
          HasSubstr("g.toml:6: limits.receive_maximum must be a whole number, not \"many\""),
          HasSubstr("g.toml:7: limits.queue_bytes_max must be a number of bytes"),
          HasSubstr("g.toml:8: limits.connect_deadline_seconds must be a whole number"),
          HasSubstr("g.toml:9: limits.topic_levels_max must be one value"),
          HasSubstr("g.toml:11: log.level must be one of trace, debug"),
          HasSubstr("g.toml:13: listener.tcp.bind: `example.org:1883` is not an address"),
          HasSubstr("g.toml:14: unknown option `listener.udp`")));
}

TEST(ConfigToml, takes_paths_from_the_folder_of_the_file) {
  std::vector<Setting> settings;
  Config config;
  Origins origins;
  Problems problems;
  read_toml("[access]\npassword_file = \"users\"\nrules_file = \"/srv/rules\"\n",
            "/etc/godwit/godwit.toml", settings, problems);
  apply_settings(settings, config, origins, problems);
  EXPECT_EQ(config.access.password_file, "/etc/godwit/users");
  EXPECT_EQ(config.access.rules_file, "/srv/rules");
}

TEST(ConfigFlags, set_takes_every_type_as_text) {
  const FromFlags read({"io_threads=3", "access.allow_anonymous=true", "log.level=warn",
                        "limits.queue_bytes_max=2MiB", "listener.tcp.bind=127.0.0.1:1",
                        "listener.tcp.1.bind=[::1]:1"});
  EXPECT_THAT(texts(read.problems), IsEmpty());
  EXPECT_EQ(read.config.io_threads, 3);
  EXPECT_TRUE(read.config.access.allow_anonymous);
  EXPECT_EQ(read.config.log.level, LogLevel::kWarn);
  EXPECT_EQ(read.config.limits.session.queue_bytes_max, std::size_t{2} << 20U);
  ASSERT_EQ(read.config.listeners.tcp.size(), 2U);
  EXPECT_EQ(read.config.listeners.tcp[1].bind, "[::1]:1");
}

TEST(ConfigFlags, refuses_what_is_not_an_assignment_and_instances_without_bound) {
  const FromFlags read({"io_threads", "=3", "listener.tcp.999999.bind=127.0.0.1:1",
                        "limits.queue_bytes_max=9223372036854775807TiB",
                        "io_threads=", "io_threads=-1", "access.allow_anonymous=yes"});
  EXPECT_THAT(texts(read.problems),
              ElementsAre(HasSubstr("`io_threads` is not NAME=VALUE"), HasSubstr("NAME=VALUE"),
                          HasSubstr("at most 64 times"), HasSubstr("limits.queue_bytes_max"),
                          HasSubstr("whole number"), HasSubstr("io_threads must be 1 to 64, not"),
                          HasSubstr("access.allow_anonymous must be true or false")));
}

TEST(ConfigLoad, lets_flags_win_over_the_file) {
  const TemporaryFolder folder;
  const std::string file = folder.write("g.toml",
                                        "io_threads = 2\nsys_interval_seconds = 3\n"
                                        "[access]\nallow_anonymous = true\n"
                                        "[[listener.tcp]]\nbind = \"127.0.0.1:1\"\n"
                                        "[[listener.tcp]]\nbind = \"127.0.0.1:2\"\n");
  ConfigSources sources{.file = file, .flags = {}};
  sources.flags.push_back(
      {.option = "io_threads", .value = Untyped{"4"}, .origin = "--set", .base_folder = ""});
  auto config = load_config(sources);
  ASSERT_TRUE(config) << texts(config.error())[0];
  EXPECT_EQ(config->io_threads, 4);
  EXPECT_EQ(config->sys_interval_seconds, 3U);
  EXPECT_EQ(config->listeners.tcp.size(), 2U);

  sources.flags.push_back({.option = "listener.tcp.bind",
                           .value = Untyped{"127.0.0.1:7"},
                           .origin = "--bind",
                           .base_folder = ""});
  config = load_config(sources);
  ASSERT_TRUE(config);
  ASSERT_EQ(config->listeners.tcp.size(), 1U);
  EXPECT_EQ(config->listeners.tcp[0].bind, "127.0.0.1:7");
}

TEST(ConfigLoad, refuses_to_start_when_nobody_could_connect) {
  const auto config = load_config({});
  ASSERT_FALSE(config);
  EXPECT_THAT(texts(config.error()), ElementsAre(::testing::AllOf(HasSubstr("godwit passwd"),
                                                                  HasSubstr("--development"))));
}

TEST(ConfigLoad, binds_loopback_only_in_development) {
  const auto allowed = load_config({.file = {}, .flags = {}, .profile = "development"});
  ASSERT_TRUE(allowed);
  EXPECT_TRUE(allowed->access.allow_anonymous);

  ConfigSources sources{.file = {}, .flags = {}, .profile = "development"};
  for (const std::string_view bind : {"0.0.0.0:1883", "*:1883", "[::]:0", "192.0.2.1:1883"}) {
    sources.flags = {{.option = "listener.tcp.bind",
                      .value = Untyped{std::string(bind)},
                      .origin = "--bind",
                      .base_folder = ""}};
    const auto refused = load_config(sources);
    ASSERT_FALSE(refused) << bind;
    EXPECT_THAT(refused.error()[0].text, HasSubstr("loopback")) << bind;
  }
}

TEST(ConfigLoad, names_a_file_that_cannot_be_read) {
  const TemporaryFolder folder;
  const auto missing = load_config({.file = folder.path("none.toml"), .flags = {}});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error()[0].text, HasSubstr("none.toml: cannot open: No such file"));
  const auto directory = load_config({.file = folder.path(""), .flags = {}});
  ASSERT_FALSE(directory);
  EXPECT_THAT(directory.error()[0].text, HasSubstr("cannot read"));
}

}  // namespace
}  // namespace godwit::app
