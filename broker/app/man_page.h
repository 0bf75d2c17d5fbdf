// `godwit man`: the page godwit(1).
#pragma once

#include <string>

#include "broker/app/cli_tree.h"

namespace godwit::app {

// In roff with the macros of man(7); ASCII.
[[nodiscard]] std::string man_page(const CommandInfo& root);

}  // namespace godwit::app
