// `godwit version`.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "broker/app/cli_subcommand.h"

namespace godwit::app {
namespace {

class Version final : public Subcommand {
 public:
  explicit Version(CLI::App& root) : app_(*root.add_subcommand("version", "Print the version")) {
    app_.footer("Exit codes: 0 done, 1 the output could not be written.");
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    return VersionCommand{};
  }

 private:
  CLI::App& app_;
};

}  // namespace

std::unique_ptr<Subcommand> add_version(CLI::App& root) { return std::make_unique<Version>(root); }

}  // namespace godwit::app
