// `godwit serve`.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "broker/app/cli_source_flags.h"
#include "broker/app/cli_subcommand.h"

namespace godwit::app {
namespace {

constexpr const char* kFooter =
    "Every option of `godwit config reference` can be given as --set NAME=VALUE or in the "
    "environment, as GODWIT_LIMITS__QUEUE_MESSAGES_MAX; GODWIT_CONFIG names the file, "
    "GODWIT_PROFILE the profile. Flags win "
    "over the environment, and that over the file.\n\nExit codes: 0 stopped as asked (SIGTERM, "
    "SIGINT), 1 something failed while "
    "running, or a second signal cut the stop short, 2 the command line, the configuration or the "
    "start is wrong.";

class Serve final : public Subcommand {
 public:
  explicit Serve(CLI::App& root) : app_(*root.add_subcommand("serve", "Run the broker")) {
    app_.footer(kFooter);
    flags_.add_to(app_);
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    return ServeCommand{flags_.sources()};
  }

 private:
  CLI::App& app_;
  SourceFlags flags_;
};

}  // namespace

std::unique_ptr<Subcommand> add_serve(CLI::App& root) { return std::make_unique<Serve>(root); }

}  // namespace godwit::app
