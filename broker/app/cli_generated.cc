// `godwit completion` and `godwit man`: what is written about the command line, from the tree
// itself.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "broker/app/cli_subcommand.h"
#include "broker/app/cli_tree.h"
#include "broker/app/completion.h"
#include "broker/app/exit_code.h"
#include "broker/app/man_page.h"

namespace godwit::app {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 the output could not be written, 2 the command line is wrong.";

class Completion final : public Subcommand {
 public:
  explicit Completion(CLI::App& root)
      : root_(root), app_(*root.add_subcommand("completion", "Print the completion of a shell")) {
    app_.footer(std::string("For this shell: source <(godwit completion bash). For all of a user: "
                            "godwit completion bash > "
                            "~/.local/share/bash-completion/completions/godwit\n\n") +
                kExitCodes);
    app_.add_option("SHELL", shell_, "The shell")
        ->required()
        ->type_name("bash")
        ->check(CLI::IsMember({"bash"}));
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    return PrintCommand{bash_completion(read_command(root_)), kExitOk};
  }

 private:
  const CLI::App& root_;
  CLI::App& app_;
  std::string shell_;
};

class ManPage final : public Subcommand {
 public:
  explicit ManPage(CLI::App& root)
      : root_(root), app_(*root.add_subcommand("man", "Print the manual page, godwit(1)")) {
    app_.footer(std::string("To read it: godwit man | man -l -\n\n") + kExitCodes);
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    return PrintCommand{man_page(read_command(root_)), kExitOk};
  }

 private:
  const CLI::App& root_;
  CLI::App& app_;
};

}  // namespace

std::unique_ptr<Subcommand> add_completion(CLI::App& root) {
  return std::make_unique<Completion>(root);
}

std::unique_ptr<Subcommand> add_man(CLI::App& root) { return std::make_unique<ManPage>(root); }

}  // namespace godwit::app
