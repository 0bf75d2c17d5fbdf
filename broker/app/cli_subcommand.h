// The subcommands of `godwit`, each in its own cli_*.cc: it adds itself with its flags, help and
// exit codes to the tree of CLI11, and says afterwards whether it was chosen. A new one is a
// function here, a line in cli.cc and an alternative of Command. Only cli_*.cc know CLI11.
//
// Thread: main, before anything else has started.
#pragma once

#include <memory>
#include <optional>

#include "broker/app/cli.h"

namespace CLI {  // NOLINT(readability-identifier-naming): its library spells it so.
class App;
}  // namespace CLI

namespace godwit::app {

// Lives until the command line has been parsed, because CLI11 keeps references to its values.
class Subcommand {
 public:
  Subcommand() = default;
  Subcommand(const Subcommand&) = delete;
  Subcommand& operator=(const Subcommand&) = delete;
  virtual ~Subcommand() = default;

  // What is to be done, or nothing if another one was chosen. After a parse without mistakes.
  [[nodiscard]] virtual std::optional<Command> chosen() const = 0;
};

[[nodiscard]] std::unique_ptr<Subcommand> add_serve(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_config(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_passwd(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_pub(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_sub(CLI::App& root);
// They write about the whole tree, as it is when they were chosen.
[[nodiscard]] std::unique_ptr<Subcommand> add_completion(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_man(CLI::App& root);
[[nodiscard]] std::unique_ptr<Subcommand> add_version(CLI::App& root);

}  // namespace godwit::app
