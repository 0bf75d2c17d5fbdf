// `godwit serve`: from a configuration to a running broker, until it is told to stop.
#pragma once

#include "broker/app/cli.h"

namespace godwit::app {

// Returns the exit code.
[[nodiscard]] int run_serve(const ServeCommand& command);
// `godwit config check`.
[[nodiscard]] int run_config_check(const ConfigCheckCommand& command);

}  // namespace godwit::app
