#include "broker/app/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/app/config_table.h"
#include "broker/app/environment.h"
#include "broker/app/profile.h"
#include "broker/app/version.h"

namespace godwit::app {
namespace {

constexpr std::string_view kDescription =
    "Runs a broker for MQTT 3.1, 3.1.1 and 5.0 over TCP, TLS and WebSocket. What it does is "
    "configured by options, each with a default, that a profile, a file in TOML, the environment "
    "and flags set; whatever stands later in this list wins.";

constexpr std::string_view kExitStatus =
    ".TP\n\\fB0\\fR\nDone, or stopped as asked.\n"
    ".TP\n\\fB1\\fR\nSomething failed while running, or a second signal cut a stop short.\n"
    ".TP\n\\fB2\\fR\nThe command line, the configuration or the start is wrong.\n";

// Text of a line: what roff would take for its own is escaped, `words` in backticks are bold.
std::string escaped(std::string_view text) {
  std::string line;
  bool bold = false;
  for (const char c : text) {
    if (c == '`') {
      bold = !bold;
      line += bold ? "\\fB" : "\\fR";
    } else if (c == '\\') {
      line += "\\e";
    } else if (c == '-') {
      line += "\\-";
    } else if (c == '\n') {
      line += ' ';
    } else {
      line += c;
    }
  }
  const bool request = line.starts_with('.') || line.starts_with('\'');
  return (request ? "\\&" : "") + line + (bold ? "\\fR" : "");
}

std::string paragraph(std::string_view text) { return ".PP\n" + escaped(text) + '\n'; }

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }

// "-c, --config FILE" and what it means.
std::string entry_of(const ArgumentInfo& argument, bool flag) {
  std::string names;
  for (const std::string& name : argument.names) {
    names += (names.empty() ? "" : ", ") + bold(name);
  }
  if (flag && argument.takes_value()) {
    names += " \\fI" + escaped(argument.placeholder) + "\\fR";
  }
  return fmt::format(".TP\n{}\n{}\n", names, escaped(argument.help));
}

std::string synopsis_of(const CommandInfo& command) {
  std::string line = fmt::format("\\fB{}\\fR [\\fIflags\\fR]", escaped(command.name));
  for (const ArgumentInfo& argument : command.arguments) {
    line += " \\fI" + escaped(argument.names.at(0)) + "\\fR";
  }
  return line;
}

// Writes the chapter of commands.
class Commands {
 public:
  std::string text_of(const CommandInfo& root) {
    std::string text;
    for (const CommandInfo& command : root.subcommands) {
      text += command.subcommands.empty() ? one(command) : text_of(command);
    }
    return text;
  }

 private:
  std::string one(const CommandInfo& command) {
    std::string text = fmt::format(".SS {}\n{}.\n", synopsis_of(command), escaped(command.help));
    for (const ArgumentInfo& argument : command.arguments) {
      text += entry_of(argument, false);
    }
    std::string group;
    for (const ArgumentInfo& flag : command.flags) {
      text += flag_of(command, flag, group);
    }
    return text + footer_of(command);
  }

  // Flags that several commands share are described once. `group`: the one that was pointed to.
  std::string flag_of(const CommandInfo& command, const ArgumentInfo& flag, std::string& group) {
    if (std::ranges::find(flag.names, "--help") != flag.names.end()) {
      return "";
    }
    if (flag.group == kOwnFlags) {
      return entry_of(flag, true);
    }
    const auto shared = std::ranges::find(shared_, flag.group, &Shared::group);
    if (shared == shared_.end()) {
      shared_.push_back({flag.group, command.name});
      return entry_of(flag, true);
    }
    if (shared->command == command.name) {
      return entry_of(flag, true);
    }
    const bool told = std::exchange(group, flag.group) == flag.group;
    return told ? "" : paragraph(fmt::format("{} as of `{}`.", flag.group, shared->command));
  }

  static std::string footer_of(const CommandInfo& command) {
    std::string text;
    std::string_view rest = command.footer;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find("\n\n"), rest.size());
      text += paragraph(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return text;
  }

  static constexpr std::string_view kOwnFlags = "Options";  // CLI11's name for no group.

  struct Shared {
    std::string group;
    std::string command;  // Where it is described.
  };
  std::vector<Shared> shared_;
};

std::string options_chapter() {
  std::string text = ".SH CONFIGURATION\n";
  for (const Section& section : sections()) {
    const std::string_view open = section.repeatable() ? "[[" : "[";
    const std::string_view close = section.repeatable() ? "]]" : "]";
    fmt::format_to(
        std::back_inserter(text), ".SS {}\n{}\n",
        section.name.empty() ? "Top of the file" : fmt::format("{}{}{}", open, section.name, close),
        escaped(section.help));
    for (const Option& option : options()) {
      if (&section_of(option) == &section) {
        fmt::format_to(std::back_inserter(text), ".TP\n{} = {}\n{} ({}: {}.)\n",
                       bold(key_of(option)), escaped(default_text(option)), escaped(option.help),
                       type_text(option.type), escaped(bounds_text(option)));
      }
    }
  }
  return text;
}

std::string profiles_chapter() {
  std::string text = ".SH PROFILES\n";
  for (const ProfileDescription& profile : profiles()) {
    fmt::format_to(std::back_inserter(text), ".TP\n{}\n{}\n", bold(profile.name),
                   escaped(profile.help));
    for (const ProfileSetting& setting : profile.settings) {
      fmt::format_to(std::back_inserter(text), ".br\n{} = {}\n", escaped(setting.option),
                     escaped(setting.value));
    }
  }
  return text;
}

std::string environment_chapter() {
  constexpr std::string_view kExample = "limits.queue_messages_max";
  return fmt::format(
      ".SH ENVIRONMENT\n.TP\n{}\nThe configuration file, as {}.\n.TP\n{}\nThe profile, as {}.\n"
      ".TP\n{}\nAn option, here {}: its name in upper case with two underscores for each dot. A "
      "number says which one of a section that may stand several times, counted from 0. Unknown "
      "variables that begin with GODWIT_ stop the start.\n",
      bold("GODWIT_CONFIG"), bold("--config"), bold("GODWIT_PROFILE"), bold("--profile"),
      bold(variable_of(kExample)), bold(kExample));
}

}  // namespace

std::string man_page(const CommandInfo& root) {
  std::string page = fmt::format(".TH GODWIT 1 \"\" \"godwit {}\" \"User Commands\"\n", kVersion);
  fmt::format_to(std::back_inserter(page), ".SH NAME\n{} \\- a clustered MQTT broker\n", root.name);
  page += ".SH SYNOPSIS\n";
  fmt::format_to(std::back_inserter(page), "\\fB{}\\fR \\fIcommand\\fR [\\fIflags\\fR]\n",
                 root.name);
  page += ".SH DESCRIPTION\n" + escaped(kDescription) + '\n';
  for (const ArgumentInfo& flag : root.flags) {
    page += entry_of(flag, true);
  }
  page += ".SH COMMANDS\n" + Commands().text_of(root);
  page += profiles_chapter();
  page += environment_chapter();
  page += options_chapter();
  page += ".SH EXIT STATUS\n";
  page += kExitStatus;
  return page;
}

}  // namespace godwit::app
