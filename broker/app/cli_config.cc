// `godwit config` and what stands below it.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "broker/app/cli_source_flags.h"
#include "broker/app/cli_subcommand.h"

namespace godwit::app {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 the output could not be written, 2 the command line is wrong.";

constexpr const char* kCheckFooter =
    "Says what `godwit serve` would say with the same flags, all of it at once, without starting."
    "\n\nExit codes: 0 the broker would start with it, 2 the command line, the configuration or a "
    "file that it names is wrong.";

constexpr const char* kShowFooter =
    "What `godwit serve` would start with, given the same flags. Behind each value stands where it "
    "comes from: default, a profile, file and line, a variable or a flag. Secrets are masked; "
    "otherwise the output can be used as --config."
    "\n\nExit codes: 0 done, 1 the output could not be written, 2 the command line or the "
    "configuration is wrong.";

class ConfigSubcommand final : public Subcommand {
 public:
  explicit ConfigSubcommand(CLI::App& root)
      : app_(*root.add_subcommand("config", "Check, show or begin a configuration")),
        check_(*app_.add_subcommand("check", "Check a configuration without starting")),
        show_(*app_.add_subcommand("show", "Print every option with its value and its origin")),
        sample_(*app_.add_subcommand("sample", "Print a configuration file to begin with")),
        reference_(
            *app_.add_subcommand("reference", "Print the page of all options, in Markdown")) {
    app_.require_subcommand(1);
    app_.footer(kFooter);
    check_.footer(kCheckFooter);
    check_flags_.add_to(check_);
    show_.footer(kShowFooter);
    show_.add_flag("--changed", show_command_.changed_only, "Only what somebody has set");
    show_.add_flag("--json", show_command_.json, "As JSON instead of TOML");
    show_flags_.add_to(show_);
    sample_.footer(kFooter);
    reference_.footer(kFooter);
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (check_.parsed()) {
      return ConfigCheckCommand{check_flags_.sources()};
    }
    if (show_.parsed()) {
      ConfigShowCommand command = show_command_;
      command.sources = show_flags_.sources();
      return command;
    }
    if (sample_.parsed()) {
      return ConfigSampleCommand{};
    }
    if (reference_.parsed()) {
      return ConfigReferenceCommand{};
    }
    return std::nullopt;
  }

 private:
  CLI::App& app_;
  CLI::App& check_;
  CLI::App& show_;
  CLI::App& sample_;
  CLI::App& reference_;
  SourceFlags check_flags_;
  SourceFlags show_flags_;
  ConfigShowCommand show_command_;
};

}  // namespace

std::unique_ptr<Subcommand> add_config(CLI::App& root) {
  return std::make_unique<ConfigSubcommand>(root);
}

}  // namespace godwit::app
