// What the process says when it ends. Documented in the help and in
// docs/operations/configuration.md.
#pragma once

namespace godwit::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;  // Something failed while running.
inline constexpr int kExitUsage = 2;    // Command line, configuration or start-up is wrong.

}  // namespace godwit::app
