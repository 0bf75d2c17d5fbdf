// The sample file is the table again: what it says can be taken as it stands.

#include "broker/app/config_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "broker/app/config_show.h"
#include "broker/app/config_table.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

using ::testing::HasSubstr;

LoadedConfig read(const std::string& toml) {
  std::vector<Setting> settings;
  Problems problems;
  LoadedConfig loaded;
  read_toml(toml, "sample.toml", settings, problems);
  apply_settings(settings, loaded.config, loaded.origins, problems);
  for (const Error& problem : problems) {
    ADD_FAILURE() << problem.text;
  }
  return loaded;
}

// The sample without the marks before options and sections; help stays a comment.
std::string uncommented() {
  std::istringstream lines(config_sample());
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const bool text = line.empty() || line.starts_with("# ");
    all += (text ? line : line.substr(1)) + '\n';
  }
  return all;
}

TEST(ConfigSample, changes_nothing_as_it_is) {
  EXPECT_EQ(show_toml(read(config_sample()), Shown::kAll), show_toml({}, Shown::kAll));
}

TEST(ConfigSample, with_all_options_taken_sets_every_one_to_its_default) {
  const LoadedConfig loaded = read(uncommented());
  for (const Option& option : options()) {
    SCOPED_TRACE(option.name);
    EXPECT_NE(loaded.origins.of(option.name), kDefaultOrigin) << "not in the sample";
    EXPECT_EQ(option.field.read(loaded.config, 0), default_value(option));
  }
}

TEST(ConfigSample, tells_help_and_bounds_in_lines_that_can_be_read) {
  const std::string sample = config_sample();
  EXPECT_THAT(sample, HasSubstr("# integer: 1 to 64\n#io_threads = 1\n"));
  EXPECT_THAT(sample, HasSubstr("# choice: off, optional, required\n#client_certificates = "
                                "\"off\"\n"));
  std::istringstream lines(sample);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_TRUE(line.empty() || line.starts_with('#')) << line;
  }
}

}  // namespace
}  // namespace godwit::app
