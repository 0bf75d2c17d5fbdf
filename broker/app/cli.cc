#include "broker/app/cli.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <sstream>

#include "base/check.h"
#include "broker/app/cli_subcommand.h"
#include "broker/app/exit_code.h"

namespace godwit::app {
namespace {

constexpr const char* kFooter =
    "`godwit COMMAND --help` says more.\n\nExit codes: 0 done, 1 something failed while running, "
    "2 the command line, the configuration or the start is wrong; 27 `godwit sub --timeout`.";

// All subcommands, and which of them was chosen.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.footer(kFooter);
    app_.add_flag("--version", version_flag_, "Print the version");
  }

  Command parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // Help.
      return print(asked, kExitOk);
    } catch (const CLI::ParseError& error) {
      if (version_flag_) {
        return VersionCommand{};
      }
      return print(error, kExitUsage);
    }
    for (const std::unique_ptr<Subcommand>& subcommand : subcommands_) {
      if (std::optional<Command> command = subcommand->chosen()) {
        return std::move(*command);
      }
    }
    CHECK(false);  // One is required, and every one that can be parsed can be chosen.
  }

 private:
  PrintCommand print(const CLI::Error& error, int exit_code) {
    std::ostringstream text;
    static_cast<void>(app_.exit(error, text, text));
    return {text.str(), exit_code};
  }

  CLI::App app_{"Godwit, a clustered MQTT broker", "godwit"};
  bool version_flag_ = false;
  // In the order of the help.
  const std::array<std::unique_ptr<Subcommand>, 8> subcommands_ = {
      add_serve(app_), add_config(app_),     add_passwd(app_), add_pub(app_),
      add_sub(app_),   add_completion(app_), add_man(app_),    add_version(app_),
  };
};

}  // namespace

Command parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  Command command = CommandLine().parse(argc, argv);
  std::visit(
      [&](auto& chosen) {
        if constexpr (requires { chosen.sources; }) {
          chosen.sources.environment = environment;
        }
      },
      command);
  return command;
}

}  // namespace godwit::app
