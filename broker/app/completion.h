// `godwit completion bash`: a script that completes subcommands, flags, files and choices.
#pragma once

#include <string>

#include "broker/app/cli_tree.h"

namespace godwit::app {

// For bash 4 and later; needs no other file. Defines the functions `_godwit` and `_godwit_values`.
[[nodiscard]] std::string bash_completion(const CommandInfo& root);

}  // namespace godwit::app
