// The page docs/operations/configuration.md, made from the table. `godwit config reference` prints
// it; a test holds the page to it.
#pragma once

#include <string>

namespace godwit::app {

[[nodiscard]] std::string config_reference();

}  // namespace godwit::app
