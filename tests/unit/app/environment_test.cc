// The environment as a source of settings: names, precedence, mistakes, and what others put there.

#include "broker/app/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/config_load.h"
#include "broker/app/config_table.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A configuration that may start, from these variables and perhaps more.
ConfigSources sources_of(Environment environment) {
  environment.emplace_back("GODWIT_ACCESS__ALLOW_ANONYMOUS=true");
  ConfigSources sources;
  sources.environment = std::move(environment);
  return sources;
}

std::vector<std::string> problems_of(const Environment& environment) {
  std::vector<std::string> all;
  if (const auto config = load_config(sources_of(environment)); !config) {
    for (const Error& problem : config.error()) {
      all.push_back(problem.text);
    }
  }
  return all;
}

TEST(Environment, every_option_has_a_variable) {
  for (const Option& option : options()) {
    SCOPED_TRACE(option.name);
    Problems problems;
    const EnvironmentSettings read =
        read_environment({variable_of(option.name) + "=some=value"}, problems);
    EXPECT_THAT(problems, IsEmpty());
    ASSERT_EQ(read.settings.size(), 1U);
    EXPECT_EQ(read.settings[0].option, option.name);
    EXPECT_EQ(std::get<Untyped>(read.settings[0].value).text, "some=value");
    EXPECT_EQ(read.settings[0].origin, variable_of(option.name));
  }
}

TEST(Environment, sets_options_at_the_top_in_sections_and_of_instances) {
  const auto loaded = load_config_with_origins(
      sources_of({"PATH=/bin", "GODWIT_IO_THREADS=3", "GODWIT_LIMITS__QUEUE_BYTES_MAX=2 MiB",
                  "GODWIT_LISTENER__TCP__0__BIND=127.0.0.1:1",
                  "GODWIT_LISTENER__TCP__1__BIND=127.0.0.1:2", "GODWIT_HTTP__BIND=off"}));
  ASSERT_TRUE(loaded) << loaded.error()[0].text;
  EXPECT_EQ(loaded->config.io_threads, 3);
  EXPECT_EQ(loaded->config.limits.session.queue_bytes_max, std::size_t{2} << 20U);
  ASSERT_EQ(loaded->config.listeners.tcp.size(), 2U);
  EXPECT_EQ(loaded->config.listeners.tcp[1].bind, "127.0.0.1:2");
  EXPECT_EQ(loaded->config.http.bind, "off");
  EXPECT_EQ(loaded->origins.of("io_threads"), "GODWIT_IO_THREADS");
  EXPECT_EQ(loaded->origins.of("listener.tcp.bind", 1), "GODWIT_LISTENER__TCP__1__BIND");
}

TEST(Environment, wins_over_the_file_and_loses_to_flags) {
  const TemporaryFolder folder;
  ConfigSources sources = sources_of({"GODWIT_IO_THREADS=3", "GODWIT_DRAIN_SECONDS=3",
                                      "GODWIT_LISTENER__TCP__1__BIND=127.0.0.1:9"});
  sources.file = folder.write("g.toml",
                              "io_threads = 2\ndrain_seconds = 2\nsys_interval_seconds = 2\n"
                              "[[listener.tcp]]\nbind = \"127.0.0.1:1\"\n"
                              "[[listener.tcp]]\nbind = \"127.0.0.1:2\"\n");
  sources.flags = {
      {.option = "drain_seconds", .value = Untyped{"4"}, .origin = "--set", .base_folder = ""}};
  const auto config = load_config(sources);
  ASSERT_TRUE(config) << config.error()[0].text;
  EXPECT_EQ(config->sys_interval_seconds, 2U);
  EXPECT_EQ(config->io_threads, 3);
  EXPECT_EQ(config->drain_seconds, 4U);
  ASSERT_EQ(config->listeners.tcp.size(), 2U);
  EXPECT_EQ(config->listeners.tcp[0].bind, "127.0.0.1:1");
  EXPECT_EQ(config->listeners.tcp[1].bind, "127.0.0.1:9");

  sources.flags.push_back({.option = "listener.tcp.bind",
                           .value = Untyped{"127.0.0.1:7"},
                           .origin = "--bind",
                           .base_folder = ""});
  const auto bound = load_config(sources);
  ASSERT_TRUE(bound);
  ASSERT_EQ(bound->listeners.tcp.size(), 1U) << "--bind replaces those of file and environment";
  EXPECT_EQ(bound->listeners.tcp[0].bind, "127.0.0.1:7");
}

TEST(Environment, names_the_file_unless_the_command_line_does) {
  const TemporaryFolder folder;
  const std::string two = folder.write("two.toml", "io_threads = 2\n");
  ConfigSources sources = sources_of({"GODWIT_CONFIG=" + two});
  EXPECT_EQ(load_config(sources)->io_threads, 2);
  sources.file = folder.write("three.toml", "io_threads = 3\n");
  EXPECT_EQ(load_config(sources)->io_threads, 3);
  EXPECT_EQ(load_config(sources_of({"GODWIT_CONFIG="}))->io_threads, 1) << "empty: no file";
  EXPECT_THAT(problems_of({"GODWIT_CONFIG=/nonexistent/g.toml"}),
              ElementsAre(HasSubstr("/nonexistent/g.toml: cannot open")));
}

TEST(Environment, tells_all_mistakes) {
  EXPECT_THAT(
      problems_of({"GODWIT_IO_THREAD=2", "GODWIT_LIMITS_QUEUE_MESSAGES_MAX=2",
                   "GODWIT_LISTENER__TLS__1__BNID=2", "GODWIT_io_threads=2", "GODWIT_COLOUR=grey",
                   "GODWIT_=1", "GODWIT_LISTENER__TCP__64__BIND=127.0.0.1:1", "GODWIT_IO_THREADS=x",
                   "GODWIT_LISTENER__TCP__-1__BIND=127.0.0.1:1", "GODWIT_DRAIN_SECONDS"}),
      ElementsAre("GODWIT_IO_THREAD: unknown variable; did you mean GODWIT_IO_THREADS?",
                  HasSubstr("did you mean GODWIT_LIMITS__QUEUE_MESSAGES_MAX?"),
                  HasSubstr("did you mean GODWIT_LISTENER__TLS__1__BIND?"),
                  HasSubstr("did you mean GODWIT_IO_THREADS?"),
                  AllOf(StartsWith("GODWIT_COLOUR: unknown variable"), HasSubstr("godwit config")),
                  StartsWith("GODWIT_: unknown variable"),
                  "GODWIT_LISTENER__TCP__64__BIND: listener.tcp stands at most 64 times",
                  HasSubstr("GODWIT_LISTENER__TCP__-1__BIND: listener.tcp stands at most 64"),
                  "GODWIT_IO_THREADS: io_threads must be a whole number, not \"x\"",
                  "GODWIT_DRAIN_SECONDS: drain_seconds must be a whole number, not \"\""));
}

TEST(Environment, passes_over_what_kubernetes_sets_for_services_of_that_name) {
  for (const std::string service : {"GODWIT", "GODWIT_METRICS", "GODWIT_A_SERVICE_PORT"}) {
    EXPECT_THAT(
        problems_of({service + "_SERVICE_HOST=10.96.0.1", service + "_SERVICE_PORT=1883",
                     service + "_SERVICE_PORT_MQTT=1883", service + "_SERVICE_PORT_MQTT_TLS=8883",
                     service + "_PORT=tcp://10.96.0.1:1883",
                     service + "_PORT_1883_TCP=tcp://10.96.0.1:1883",
                     service + "_PORT_1883_TCP_PROTO=tcp", service + "_PORT_1883_TCP_PORT=1883",
                     service + "_PORT_1883_TCP_ADDR=10.96.0.1",
                     service + "_PORT_14567_UDP=udp://[fd00::1]:14567",
                     service + "_PORT_14567_UDP_PROTO=udp", service + "_PORT_14567_UDP_PORT=14567",
                     service + "_PORT_14567_UDP_ADDR=fd00::1"}),
        IsEmpty())
        << service;
  }
}

TEST(Environment, takes_no_other_variable_for_one_of_kubernetes) {
  for (const std::string variable :
       {"GODWIT_PORT=1883", "GODWIT_PORT=", "GODWIT_HTTP_PORT=9883", "GODWIT_SERVICE_HOST=broker",
        "GODWIT_SERVICE_HOST=", "GODWIT_SERVICE_PORT=mqtt", "GODWIT_SERVICE_PORTS=1",
        "GODWIT_SERVICE_PORT_=1", "GODWIT_SERVICE=10.96.0.1", "GODWIT_PORT_MQTT_TCP=tcp://1:1",
        "GODWIT_PORT_1883_HTTP=tcp://1:1", "GODWIT_PORT_1883=1883", "GODWIT_PORT_1883_TCP=1883",
        "GODWIT_PORT_1883_TCP_PROTO=1883", "GODWIT_PORT_1883_TCP_NAME=mqtt",
        "GODWIT_service_host=10.96.0.1", "GODWIT_PORT_123456_TCP_PROTO=tcp"}) {
    EXPECT_THAT(problems_of({variable}), ElementsAre(HasSubstr("unknown variable"))) << variable;
  }
}

TEST(Environment, bears_hostile_names_and_values) {
  const std::string long_name(std::size_t{1} << 20U, 'A');
  std::vector<std::string> problems = problems_of(
      {"GODWIT_" + long_name + "=1", "GODWIT_ACCESS__RULES_FILE=" + std::string("/etc\0x", 6),
       "GODWIT_HTTP__BIND=" + std::string("127.0.0.1\0:80", 13),
       "GODWIT_MQTT__SERVER_REFERENCE=" + std::string("a\0b", 3),
       "GODWIT_MQTT__RESPONSE_INFORMATION=" + long_name, "GODWIT_IO_THREADS=" + long_name,
       std::string("GODWIT_IO_THREADS\0=1", 20), "", "=", "GODWIT_"});
  EXPECT_THAT(problems,
              ElementsAre(HasSubstr("a name of 1048583 bytes"), StartsWith("GODWIT_IO_THREADS"),
                          StartsWith("GODWIT_: unknown"),
                          HasSubstr("access.rules_file must not contain U+0000"),
                          HasSubstr("http.bind must not contain U+0000"),
                          HasSubstr("mqtt.server_reference must not contain U+0000"),
                          HasSubstr("mqtt.response_information must be UTF-8, 1024 bytes at most"),
                          HasSubstr("io_threads must be a whole number")));
  for (const std::string& problem : problems) {
    EXPECT_LT(problem.size(), 500U) << "a message repeats what is too long to read";
  }
}

}  // namespace
}  // namespace godwit::app
