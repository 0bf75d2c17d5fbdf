// The rows of the table, in three files because there are many. For config_table.cc only.
#pragma once

#include <span>

#include "broker/app/config_table.h"

namespace godwit::app {

// Everything but listeners and bounds.
[[nodiscard]] std::span<const Option> general_option_rows();
// The sections `listener.*`, `tls` and `tls.certificate`.
[[nodiscard]] std::span<const Option> listener_option_rows();
// The section `limits`.
[[nodiscard]] std::span<const Option> limit_option_rows();

}  // namespace godwit::app
