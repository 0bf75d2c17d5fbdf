// `godwit passwd`.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "broker/app/cli_subcommand.h"

namespace godwit::app {
namespace {

constexpr const char* kFooter =
    "The file is replaced in one step.\n\n"
    "Exit codes: 0 done, 2 the command line, the password or the file is wrong.";

class Passwd final : public Subcommand {
 public:
  explicit Passwd(CLI::App& root)
      : app_(*root.add_subcommand("passwd", "Set or remove a user of a password file")) {
    app_.footer(kFooter);
    app_.add_option("FILE", command_.file, "The password file; made if need be")->required();
    app_.add_option("USER", command_.user_name, "The user name")->required();
    app_.add_flag("--delete", command_.erase, "Remove the user");
    CLI::Option* scram =
        app_.add_flag("--scram", command_.scram,
                      "Let the user prove the password by SCRAM-SHA-256 too, without sending it");
    app_.add_option("--iterations", command_.iterations,
                    "What a proof costs the client, and a stolen file the thief")
        ->check(CLI::Range(access::kScramIterationsMin, access::kScramIterationsMax))
        ->needs(scram)
        ->capture_default_str();
    app_.add_flag("--stdin", command_.from_standard_input,
                  "Read the password as one line from standard input, without asking");
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    return command_;
  }

 private:
  CLI::App& app_;
  PasswdCommand command_;
};

}  // namespace

std::unique_ptr<Subcommand> add_passwd(CLI::App& root) { return std::make_unique<Passwd>(root); }

}  // namespace godwit::app
