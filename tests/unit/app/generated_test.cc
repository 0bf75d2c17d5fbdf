// The man page and the completion know what the parser knows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "broker/app/cli.h"
#include "broker/app/completion.h"
#include "broker/app/config_table.h"
#include "broker/app/man_page.h"
#include "broker/app/profile.h"

namespace godwit::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string printed(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"godwit"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const Command command = parse_command_line(static_cast<int>(argv.size()), argv.data(), {});
  const auto* print = std::get_if<PrintCommand>(&command);
  if (print == nullptr) {
    ADD_FAILURE() << "printed nothing";
    return "";
  }
  EXPECT_EQ(print->exit_code, 0) << print->text;
  return print->text;
}

// As roff has it.
std::string with_escaped_dashes(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '-' ? "\\-" : std::string(1, c);
  }
  return escaped;
}

TEST(ManPage, names_each_command_flag_option_and_profile) {
  const std::string page = printed({"man"});
  for (const std::string_view command : {"serve", "config check", "config show", "config sample",
                                         "config reference", "passwd", "completion", "man"}) {
    EXPECT_THAT(page, HasSubstr("\n.SS \\fBgodwit " + std::string(command) + "\\fR"));
  }
  for (const Option& option : options()) {
    EXPECT_THAT(page, HasSubstr("\\fB" + std::string(key_of(option)) + "\\fR = "));
    if (!option.flag.empty()) {
      EXPECT_THAT(page, HasSubstr("\\fB" + with_escaped_dashes(option.flag) + "\\fR"));
    }
  }
  for (const ProfileDescription& profile : profiles()) {
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB" + std::string(profile.name) + "\\fR\n"));
  }
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-scram\\fR"));
}

TEST(ManPage, describes_shared_flags_once) {
  const std::string page = printed({"man"});
  const std::size_t first = page.find("\\fB\\-\\-rules\\-file\\fR");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.find("\\fB\\-\\-rules\\-file\\fR", first + 1), std::string::npos);
  EXPECT_THAT(page, HasSubstr("Flags of the configuration as of \\fBgodwit serve\\fR."));
}

TEST(ManPage, is_ascii_and_no_line_of_text_is_taken_for_a_request) {
  const std::string page = printed({"man"});
  EXPECT_TRUE(
      std::ranges::all_of(page, [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
  CommandInfo root{
      .name = "godwit", .help = "", .footer = "", .arguments = {}, .flags = {}, .subcommands = {}};
  root.subcommands.push_back({.name = "godwit fly",
                              .help = ".so /etc/passwd",
                              .footer = "'ex\n\nback\\slash",
                              .arguments = {},
                              .flags = {},
                              .subcommands = {}});
  EXPECT_THAT(man_page(root), AllOf(HasSubstr("\n\\&.so /etc/passwd."), HasSubstr("\n\\&'ex\n"),
                                    HasSubstr("\nback\\eslash\n")));
}

TEST(Completion, knows_flags_their_values_and_options) {
  const std::string script = printed({"completion", "bash"});
  EXPECT_THAT(script, HasSubstr("['godwit config']='check show sample reference'"));
  EXPECT_THAT(script, HasSubstr("['godwit serve --config']='<files>'"));
  EXPECT_THAT(script, HasSubstr("['godwit serve --log-level']='trace debug info warn error off'"));
  EXPECT_THAT(script, HasSubstr("['godwit serve --profile']='development default hardened'"));
  EXPECT_THAT(script, HasSubstr("['godwit config show --set']='<options>'"));
  EXPECT_THAT(script, HasSubstr("['godwit serve --bind']=''"));
  EXPECT_THAT(script, Not(HasSubstr("['godwit serve --allow-anonymous']")));
  EXPECT_THAT(script, HasSubstr("['godwit completion']='bash'"));
  for (const Option& option : options()) {
    EXPECT_THAT(script, HasSubstr(std::string(option.name)));
  }
}

}  // namespace
}  // namespace godwit::app
