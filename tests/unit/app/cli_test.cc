#include "broker/app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

using ::testing::HasSubstr;

Command parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"godwit"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return parse_command_line(static_cast<int>(argv.size()), argv.data(), {});
}

// The configuration that `serve` would use.
Config served(std::initializer_list<const char*> arguments) {
  const Command command = parse(arguments);
  if (const auto* print = std::get_if<PrintCommand>(&command)) {
    ADD_FAILURE() << print->text;
    return {};
  }
  const auto config = load_config(std::get<ServeCommand>(command).sources);
  if (!config) {
    ADD_FAILURE() << config.error()[0].text;
    return {};
  }
  return *config;
}

TEST(CommandLine, serve_takes_flags_of_options_and_set) {
  const Config config =
      served({"serve", "--development", "--bind", "127.0.0.1:1", "--bind", "[::1]:1",
              "--io-threads", "3", "--set", "sys_interval_seconds=1", "--set", "drain_seconds=2"});
  EXPECT_EQ(config.profile, Profile::kDevelopment);
  ASSERT_EQ(config.listeners.tcp.size(), 2U);
  EXPECT_EQ(config.listeners.tcp[1].bind, "[::1]:1");
  EXPECT_EQ(config.io_threads, 3);
  EXPECT_EQ(config.sys_interval_seconds, 1U);
  EXPECT_EQ(config.drain_seconds, 2U);
}

TEST(CommandLine, a_boolean_flag_needs_no_value) {
  EXPECT_TRUE(served({"serve", "--allow-anonymous"}).access.allow_anonymous);
  EXPECT_TRUE(served({"serve", "--allow-anonymous", "--io-threads", "2"}).access.allow_anonymous);
  EXPECT_FALSE(served({"serve", "--development"}).access.password_file == "true");
}

TEST(CommandLine, every_flag_of_the_table_is_in_the_help) {
  const Command command = parse({"serve", "--help"});
  const auto& print = std::get<PrintCommand>(command);
  EXPECT_EQ(print.exit_code, 0);
  for (const Option& option : options()) {
    EXPECT_THAT(print.text, HasSubstr(std::string(option.flag)));
  }
}

TEST(CommandLine, mistakes_end_with_2) {
  const std::vector<std::vector<const char*>> mistakes = {
      {"godwit"},
      {"godwit", "fly"},
      {"godwit", "serve", "--no-such-flag"},
      {"godwit", "serve", "stray"},
      {"godwit", "serve", "--io-threads"},
      {"godwit", "serve", "--development", "--profile", "hardened"},
      {"godwit", "passwd", "file"},
      {"godwit", "config"},
  };
  for (const std::vector<const char*>& argv : mistakes) {
    const Command command = parse_command_line(static_cast<int>(argv.size()), argv.data(), {});
    const auto* print = std::get_if<PrintCommand>(&command);
    ASSERT_NE(print, nullptr);
    EXPECT_EQ(print->exit_code, 2) << print->text;
    EXPECT_FALSE(print->text.empty());
  }
}

TEST(CommandLine, mistakes_of_options_are_told_with_those_of_the_file) {
  const Command command = parse(
      {"serve", "--config", "/nonexistent/godwit.toml", "--set", "nonsense", "--set", "colour=1"});
  const auto config = load_config(std::get<ServeCommand>(command).sources);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 3U);
  EXPECT_THAT(config.error()[0].text, HasSubstr("`nonsense` is not NAME=VALUE"));
  EXPECT_THAT(config.error()[1].text, HasSubstr("/nonexistent/godwit.toml: cannot open"));
  EXPECT_THAT(config.error()[2].text, HasSubstr("--set: unknown option `colour`"));
}

TEST(CommandLine, knows_the_other_subcommands) {
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(parse({"version"})));
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(parse({"--version"})));
  EXPECT_TRUE(std::holds_alternative<ConfigReferenceCommand>(parse({"config", "reference"})));
  EXPECT_TRUE(std::holds_alternative<ConfigCheckCommand>(
      parse({"config", "check", "--config", "godwit.toml"})));
  const Command passwd = parse({"passwd", "users", "ann", "--stdin"});
  EXPECT_EQ(std::get<PasswdCommand>(passwd).user_name, "ann");
  EXPECT_TRUE(std::get<PasswdCommand>(passwd).from_standard_input);
}

}  // namespace
}  // namespace godwit::app
