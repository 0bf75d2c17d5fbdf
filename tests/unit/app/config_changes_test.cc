// What a reload may take over, and what it says needs a restart.

#include "broker/app/config_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// "name: before -> after" of each.
std::vector<std::string> lines(const std::vector<OptionChange>& changes) {
  std::vector<std::string> all;
  for (const OptionChange& change : changes) {
    all.push_back(change.name + ": " + change.before + " -> " + change.after);
  }
  return all;
}

Config with_tls_listeners(std::size_t count) {
  Config config;
  find_section("listener.tls")->resize(config, count);
  return config;
}

TEST(ConfigChanges, there_are_none_between_equals) {
  const ConfigChanges changes = compare_configs(with_tls_listeners(2), with_tls_listeners(2));
  EXPECT_THAT(lines(changes.reloadable), IsEmpty());
  EXPECT_THAT(lines(changes.restart), IsEmpty());
}

TEST(ConfigChanges, are_parted_into_those_that_can_be_taken_over_and_the_others) {
  const Config running = with_tls_listeners(2);
  Config wanted = running;
  wanted.io_threads = 2;
  wanted.log.level = LogLevel::kDebug;
  wanted.limits.memory_budget_bytes = std::size_t{3} << 30U;
  wanted.access.rules_file = "/rules";
  wanted.listeners.tls[0].tls.minimum_version = TlsVersion::k1_3;
  wanted.listeners.tls[1].tls.certificate.certificate_file = "/new";
  wanted.tls.reload_check_seconds = 60;
  const ConfigChanges changes = compare_configs(running, wanted);
  EXPECT_THAT(
      lines(changes.reloadable),
      ElementsAre("listener.tls.1.certificate_file: \"\" -> \"/new\"",
                  "access.rules_file: \"\" -> \"/rules\"", "log.level: \"info\" -> \"debug\""));
  EXPECT_THAT(lines(changes.restart),
              ElementsAre("io_threads: 1 -> 2", "listener.tls.minimum_version: \"1.2\" -> \"1.3\"",
                          "tls.reload_check_seconds: 30 -> 60",
                          "limits.memory_budget_bytes: \"2 GiB\" -> \"3 GiB\""));
}

TEST(ConfigChanges, show_no_secret) {
  Config running = with_tls_listeners(2);
  Config wanted = running;
  running.listeners.tls[0].tls.certificate.key_password = "old";
  wanted.listeners.tls[0].tls.certificate.key_password = "new";
  wanted.listeners.tls[1].tls.certificate.key_password = "first";
  EXPECT_THAT(lines(compare_configs(running, wanted).reloadable),
              ElementsAre("listener.tls.key_password: \"***\" -> \"***\"",
                          "listener.tls.1.key_password: \"\" -> \"***\""));
}

TEST(ConfigChanges, a_list_of_another_length_needs_a_restart) {
  const Config running = with_tls_listeners(2);
  Config wanted = with_tls_listeners(1);
  wanted.listeners.tls[0].tls.crl_file = "/crl";
  wanted.listeners.tcp.clear();
  wanted.tls.certificates.resize(1);
  wanted.profile = Profile::kHardened;
  const ConfigChanges changes = compare_configs(running, wanted);
  EXPECT_THAT(lines(changes.restart),
              ElementsAre("profile: default -> hardened", "listener.tcp: 1 -> 0",
                          "listener.tls: 2 -> 1", "tls.certificate: 0 -> 1"));
  EXPECT_THAT(lines(changes.reloadable), ElementsAre("listener.tls.crl_file: \"\" -> \"/crl\""));
}

TEST(ConfigChanges, taken_over_leave_only_those_that_need_a_restart) {
  const Config running = with_tls_listeners(2);
  Config wanted = with_tls_listeners(3);
  wanted.log.level = LogLevel::kError;
  wanted.access.allow_anonymous = true;
  wanted.listeners.tls[1].tls.certificate.key_file = "/new";
  wanted.drain_seconds = 1;
  const Config taken = with_reloadable(running, wanted);
  EXPECT_EQ(taken.log.level, LogLevel::kError);
  EXPECT_TRUE(taken.access.allow_anonymous);
  EXPECT_EQ(taken.listeners.tls.at(1).tls.certificate.key_file, "/new");
  EXPECT_EQ(taken.drain_seconds, 10U);
  const ConfigChanges left = compare_configs(taken, wanted);
  EXPECT_THAT(lines(left.reloadable), IsEmpty());
  EXPECT_THAT(lines(left.restart), ElementsAre("listener.tls: 2 -> 3", "drain_seconds: 10 -> 1"));
}

TEST(ConfigChanges, the_table_says_what_is_reloadable) {
  std::vector<std::string_view> names;
  for (const Option& option : options()) {
    if (option.reloadable && !option.name.starts_with("listener.wss.")) {
      names.push_back(option.name);
    }
  }
  EXPECT_THAT(names,
              UnorderedElementsAre("log.level", "access.password_file", "access.rules_file",
                                   "access.allow_anonymous", "listener.tls.certificate_file",
                                   "listener.tls.key_file", "listener.tls.key_password",
                                   "listener.tls.client_ca_file", "listener.tls.crl_file",
                                   "tls.certificate.certificate_file", "tls.certificate.key_file",
                                   "tls.certificate.key_password"));
}

}  // namespace
}  // namespace godwit::app
