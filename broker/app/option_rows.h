// The rows of the table, in two files because there are many. For config_table.cc only.
#pragma once

#include <span>

#include "broker/app/config_table.h"

namespace godwit::app {

// Everything but bounds.
[[nodiscard]] std::span<const Option> general_option_rows();
// The section `limits`.
[[nodiscard]] std::span<const Option> limit_option_rows();

}  // namespace godwit::app
