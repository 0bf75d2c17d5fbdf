#include "broker/app/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <variant>

#include "broker/app/cli.h"
#include "broker/app/config_reference.h"
#include "broker/app/config_sample.h"
#include "broker/app/config_show.h"
#include "broker/app/exit_code.h"
#include "broker/app/open_files.h"
#include "broker/app/passwd.h"
#include "broker/app/pub_sub.h"
#include "broker/app/report.h"
#include "broker/app/serve.h"
#include "broker/app/version.h"

namespace godwit::app {
namespace {

int print(std::FILE* to, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), to) == text.size();
  return written && std::fflush(to) == 0 ? kExitOk : kExitFailure;
}

struct RunCommand {
  int operator()(const ServeCommand& command) const { return run_serve(command); }
  int operator()(const PasswdCommand& command) const { return run_passwd(command); }
  int operator()(const ConfigCheckCommand& command) const { return run_config_check(command); }
  int operator()(const ConfigShowCommand& command) const {
    const auto loaded = load_config_with_origins(command.sources);
    if (!loaded) {
      return report(loaded.error());
    }
    const Shown shown = command.changed_only ? Shown::kChanged : Shown::kAll;
    return print(stdout, command.json ? show_json(*loaded, shown) : show_toml(*loaded, shown));
  }
  int operator()(const ConfigSampleCommand&) const { return print(stdout, config_sample()); }
  int operator()(const ConfigReferenceCommand&) const { return print(stdout, config_reference()); }
  int operator()(const PubCommand& command) const { return run_pub(command); }
  int operator()(const SubCommand& command) const { return run_sub(command); }
  int operator()(const VersionCommand&) const {
    return print(stdout, fmt::format("godwit {} ({}, {})\n", kVersion, kRevision, kBuild));
  }
  int operator()(const PrintCommand& command) const {
    const int printed = print(command.exit_code == kExitOk ? stdout : stderr, command.text);
    return command.exit_code == kExitOk ? printed : command.exit_code;
  }
};

// The only place where the process's own is looked at.
Environment process_environment() {
  Environment variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace

int run(int argc, const char* const* argv) {
  fill_standard_descriptors();
  return std::visit(RunCommand{}, parse_command_line(argc, argv, process_environment()));
}

}  // namespace godwit::app
