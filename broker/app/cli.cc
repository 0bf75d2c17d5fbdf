#include "broker/app/cli.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <deque>
#include <sstream>

#include "broker/app/config_table.h"
#include "broker/app/exit_code.h"

namespace godwit::app {
namespace {

constexpr std::string_view kFooter =
    "Exit codes: 0 done, 1 something failed while running, 2 the command line, the configuration "
    "or the start is wrong.";

constexpr std::string_view kServeFooter =
    "Every option of `godwit config reference` can be given as --set NAME=VALUE; flags win over "
    "the file.\nExit codes: 0 stopped as asked, 1 something failed while running, 2 the "
    "configuration or the start is wrong.";

std::string_view placeholder(OptionType type) {
  switch (type) {
    case OptionType::kAddress:
      return "HOST:PORT";
    case OptionType::kPath:
      return "FILE";
    case OptionType::kChoice:
    case OptionType::kText:
      return "WORD";
    default:
      return "N";
  }
}

// The first sentence of the option's help, and what it is called in a file.
std::string flag_help(const Option& option) {
  std::string_view sentence = option.help.substr(0, option.help.find(". "));
  if (sentence.ends_with('.')) {
    sentence.remove_suffix(1);
  }
  std::string help = fmt::format("{} [{}, default {}", sentence, option.name, default_text(option));
  if (option.type == OptionType::kChoice || option.type == OptionType::kInteger) {
    help += fmt::format(", {}", bounds_text(option));
  }
  return help + (section_of(option).repeatable() ? ", may be repeated]" : "]");
}

// The flags that choose a configuration, the same for `serve` and `config check`.
class SourceFlags {
 public:
  void add_to(CLI::App& command) {
    command.add_option("-c,--config", file_, "The configuration file (TOML)")->type_name("FILE");
    command.add_flag("--development", development_,
                     "To try things out: everybody may connect, from this machine only");
    for (const Option& option : options()) {
      if (!option.flag.empty()) {
        add_flag_of(option, command);
      }
    }
    command.add_option("--set", assignments_, "Sets any option; may be given several times")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
  }

  [[nodiscard]] ConfigSources sources() const {
    ConfigSources sources{.file = file_, .flags = {}, .development = development_, .problems = {}};
    for (const std::string& assignment : assignments_) {
      read_assignment(assignment, "--set", sources.flags, sources.problems);
    }
    for (const Flag& flag : flags_) {
      for (std::size_t instance = 0; instance < flag.values.size(); ++instance) {
        sources.flags.push_back({.option = std::string(flag.option->name),
                                 .instance = instance,
                                 .value = Untyped{flag.values[instance]},
                                 .origin = std::string(flag.option->flag),
                                 .base_folder = {}});
      }
    }
    return sources;
  }

 private:
  struct Flag {
    const Option* option;
    std::vector<std::string> values;
  };

  void add_flag_of(const Option& option, CLI::App& command) {
    Flag& flag = flags_.emplace_back(Flag{&option, {}});
    const bool repeatable = section_of(option).repeatable();
    CLI::Option* added =
        command.add_option(std::string(option.flag), flag.values, flag_help(option));
    if (option.type == OptionType::kBoolean) {
      // `--allow-anonymous` alone means true.
      added->expected(0, 1)->type_name("")->default_str("true");
      added->run_callback_for_default(false);
      return;
    }
    added->type_name(std::string(placeholder(option.type)))->allow_extra_args(false)->expected(1);
    added->multi_option_policy(repeatable ? CLI::MultiOptionPolicy::TakeAll
                                          : CLI::MultiOptionPolicy::TakeLast);
  }

  std::optional<std::string> file_;
  bool development_ = false;
  std::vector<std::string> assignments_;
  std::deque<Flag> flags_;  // CLI11 keeps references to the values.
};

// All subcommands, and which of them was chosen.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.footer(std::string(kFooter));
    app_.add_flag("--version", version_flag_, "Print the version");

    serve_->footer(std::string(kServeFooter));
    serve_flags_.add_to(*serve_);

    passwd_->add_option("FILE", passwd_command_.file, "The password file; made if need be")
        ->required();
    passwd_->add_option("USER", passwd_command_.user_name, "The user name")->required();
    passwd_->add_flag("--delete", passwd_command_.erase, "Remove the user");
    CLI::Option* scram = passwd_->add_flag(
        "--scram", passwd_command_.scram,
        "Let the user prove the password by SCRAM-SHA-256 too, without sending it");
    passwd_
        ->add_option("--iterations", passwd_command_.iterations,
                     "What a proof costs the client, and a stolen file the thief")
        ->check(CLI::Range(access::kScramIterationsMin, access::kScramIterationsMax))
        ->needs(scram)
        ->capture_default_str();
    passwd_->add_flag("--stdin", passwd_command_.from_standard_input,
                      "Read the password as one line from standard input, without asking");

    config_->require_subcommand(1);
    check_flags_.add_to(*check_);
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
    if (version_->parsed()) {
      return VersionCommand{};
    }
    if (passwd_->parsed()) {
      return passwd_command_;
    }
    if (reference_->parsed()) {
      return ConfigReferenceCommand{};
    }
    if (check_->parsed()) {
      return ConfigCheckCommand{check_flags_.sources()};
    }
    return ServeCommand{serve_flags_.sources()};
  }

 private:
  PrintCommand print(const CLI::Error& error, int exit_code) {
    std::ostringstream text;
    static_cast<void>(app_.exit(error, text, text));
    return {text.str(), exit_code};
  }

  CLI::App app_{"Godwit, a clustered MQTT broker", "godwit"};
  bool version_flag_ = false;
  CLI::App* serve_ = app_.add_subcommand("serve", "Run the broker");
  CLI::App* passwd_ = app_.add_subcommand("passwd", "Set or remove a user of a password file");
  CLI::App* config_ = app_.add_subcommand("config", "Check a configuration, list all options");
  CLI::App* check_ = config_->add_subcommand("check", "Check a configuration without starting");
  CLI::App* reference_ =
      config_->add_subcommand("reference", "Print the page of all options, in Markdown");
  CLI::App* version_ = app_.add_subcommand("version", "Print the version");
  SourceFlags serve_flags_;
  SourceFlags check_flags_;
  PasswdCommand passwd_command_;
};

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace godwit::app
