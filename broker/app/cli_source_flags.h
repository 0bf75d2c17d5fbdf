// The flags that choose a configuration, the same for every subcommand that needs one: a row of the
// table with a flag has it here.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "broker/app/config_load.h"
#include "broker/app/config_table.h"

namespace CLI {  // NOLINT(readability-identifier-naming): its library spells it so.
class App;
}  // namespace CLI

namespace godwit::app {

// Stays where it is once it was added: CLI11 keeps references to its values.
class SourceFlags {
 public:
  SourceFlags() = default;
  SourceFlags(const SourceFlags&) = delete;
  SourceFlags& operator=(const SourceFlags&) = delete;

  void add_to(CLI::App& command);

  // After the parse.
  [[nodiscard]] ConfigSources sources() const;

 private:
  struct Flag {
    const Option* option;
    std::vector<std::string> values;
  };

  void add_flag_of(const Option& option, CLI::App& command);

  std::optional<std::string> file_;
  std::optional<std::string> profile_;
  std::vector<std::string> assignments_;
  std::deque<Flag> flags_;  // CLI11 keeps references to the values.
};

}  // namespace godwit::app
