// Files that want to harm: every one ends with a short sentence and its line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/config_table.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t time = 0; time < times; ++time) {
    all += text;
  }
  return all;
}

std::vector<std::string> problems_of(const std::string& toml) {
  std::vector<Setting> settings;
  Problems problems;
  read_toml(toml, "g.toml", settings, problems);
  Config config;
  Origins origins;
  apply_settings(settings, config, origins, problems);
  std::vector<std::string> all;
  for (const Error& problem : problems) {
    EXPECT_LT(problem.text.size(), 500U) << "a message repeats what is too long to read";
    all.push_back(problem.text);
  }
  return all;
}

TEST(HostileToml, names_of_many_levels_are_refused_before_they_are_parsed) {
  const std::string deep = repeated("a.", kMiB / 2);
  for (const std::string& toml : std::vector<std::string>{
           "\n" + deep + "b = 1\n",
           "\n[" + deep + "b]\n",
           "\n[[" + deep + "b]]\n",
           "\na = [ { " + deep + "b = 1 } ]\n",
           "\n" + repeated("a . ", kMiB / 4) + "b = 1\n",
           "\n" + repeated("\"a\".", kMiB / 4) + "b = 1\n",
           "\na = [ \"\"\"x\"\"\"\"\", { " + deep + "b = 1 } ]\n",
           "\na = [ '''x''''', { " + deep + "b = 1 } ]\n",
           "\na = [ \"\\\"\", '\\', { " + deep + "b = 1 } ]\n",
       }) {
    EXPECT_THAT(problems_of(toml), ElementsAre("g.toml:2: a name has more than 32 levels"))
        << toml.substr(0, 40);
  }
}

TEST(HostileToml, dots_elsewhere_are_no_levels) {
  const std::string dots = repeated(".", 100);
  EXPECT_THAT(problems_of("# " + dots + "\n[mqtt]\nserver_reference = \"" + dots + "\" # " + dots +
                          "\nresponse_information = '''\n" + dots + "'" + dots +
                          "'''\n[access]\npassword_file = '" + dots + "'\n"),
              IsEmpty());
}

TEST(HostileToml, values_of_many_levels_are_refused) {
  EXPECT_THAT(problems_of("a = " + repeated("[", kMiB)), ElementsAre(HasSubstr("nested")));
  EXPECT_THAT(problems_of("a = " + repeated("{b=", kMiB / 4)), ElementsAre(HasSubstr("nested")));
}

TEST(HostileToml, long_names_and_values_are_not_repeated) {
  const std::string text(kMiB, 'k');
  EXPECT_THAT(problems_of(text + " = 1\n"), ElementsAre(HasSubstr("a name of 1048576 bytes")));
  EXPECT_THAT(problems_of("[" + text + "]\n"), ElementsAre(HasSubstr("a name of 1048576 bytes")));
  EXPECT_THAT(problems_of("io_threads = \"" + text + "\"\n"),
              ElementsAre(HasSubstr("(1048576 bytes)")));
  EXPECT_THAT(problems_of("[http]\nbind = \"" + text + "\"\n"),
              ElementsAre(HasSubstr("g.toml:2: http.bind")));
}

TEST(HostileToml, a_zero_byte_does_not_hide_what_follows_it) {
  EXPECT_THAT(problems_of("[access]\nrules_file = \"/dev/null\\u0000.rules\"\n"),
              ElementsAre("g.toml:2: access.rules_file must not contain U+0000, not "
                          "\"/dev/null\\u0000.rules\""));
  EXPECT_THAT(problems_of("[http]\nbind = \"127.0.0.1\\u0000x:1\"\n"),
              ElementsAre(HasSubstr("http.bind must not contain U+0000")));
  EXPECT_THAT(problems_of(std::string("io_threads = 1\0\n", 16)),
              ElementsAre(HasSubstr("g.toml:1")));
}

TEST(HostileToml, control_characters_of_a_value_do_not_reach_the_terminal) {
  EXPECT_THAT(problems_of("io_threads = \"\\u001B[2J\\u0007\"\n"),
              ElementsAre(HasSubstr("not \"\\u001B[2J\\u0007\"")));
}

}  // namespace
}  // namespace godwit::app
