// The command line as values. Only cli*.cc know CLI11; see cli_subcommand.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "broker/access/scram_verifier.h"
#include "broker/app/config_load.h"
#include "broker/app/pub_sub.h"

namespace godwit::app {

struct ServeCommand {
  ConfigSources sources;
};

struct PasswdCommand {
  std::string file;
  std::string user_name;
  bool erase = false;
  bool scram = false;  // A verifier for SCRAM-SHA-256 instead of an Argon2id hash.
  std::uint32_t iterations = access::kScramIterationsMin;  // Of SCRAM.
  bool from_standard_input = false;                        // One line, instead of asking twice.
};

struct ConfigCheckCommand {
  ConfigSources sources;
};

struct ConfigShowCommand {
  ConfigSources sources;
  bool changed_only = false;
  bool json = false;  // Else TOML.
};

struct ConfigSampleCommand {};

struct ConfigReferenceCommand {};

struct VersionCommand {};

// Help that was asked for, or a mistake: what to print, and how to end.
struct PrintCommand {
  std::string text;
  int exit_code;
};

using Command = std::variant<ServeCommand, PasswdCommand, ConfigCheckCommand, ConfigShowCommand,
                             ConfigSampleCommand, ConfigReferenceCommand, PubCommand, SubCommand,
                             VersionCommand, PrintCommand>;

// The environment goes into the sources of whichever command reads a configuration.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv,
                                         const Environment& environment);

}  // namespace godwit::app
