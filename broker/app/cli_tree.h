// The command line as values: what the tree of CLI11 holds, for whoever writes about it. The man
// page and the completion of shells come from here, so they know every subcommand and flag that
// the parser knows.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): its library spells it so.
class App;
}  // namespace CLI

namespace godwit::app {

// A flag, or an argument without one.
struct ArgumentInfo {
  std::vector<std::string> names;    // "-c", "--config"; of an argument its one name, "FILE".
  std::string placeholder;           // "FILE", "HOST:PORT"; empty: takes no value.
  std::vector<std::string> choices;  // The values, if they are few.
  std::string group;                 // Flags that several subcommands share have a name for that.
  std::string help;

  [[nodiscard]] bool takes_value() const { return !placeholder.empty(); }
};

struct CommandInfo {
  std::string name;  // With those above it: "godwit config show".
  std::string help;
  std::string footer;  // Paragraphs parted by empty lines.
  std::vector<ArgumentInfo> arguments;
  std::vector<ArgumentInfo> flags;
  std::vector<CommandInfo> subcommands;
};

// A type name in lower case, `trace|debug|info`, is a list of choices; one in upper case says what
// belongs there.
[[nodiscard]] CommandInfo read_command(const CLI::App& root);

// "show" of "godwit config show".
[[nodiscard]] std::string last_word(const CommandInfo& command);

}  // namespace godwit::app
