// One of each command and each row, for the tests of their bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "broker/records/command.h"
#include "broker/records/row.h"

namespace godwit::records {

[[nodiscard]] LaneId some_lane();
[[nodiscard]] std::string some_message();
// Every kind of command, with and without what is optional.
[[nodiscard]] std::vector<Command> some_commands();
[[nodiscard]] SessionRow some_session();
[[nodiscard]] QueuePage some_page();
[[nodiscard]] WindowRow some_window_row();

// Everything above as bytes, by name; what tests/data/golden holds.
[[nodiscard]] std::vector<std::pair<std::string, Bytes>> all_samples();

}  // namespace godwit::records
