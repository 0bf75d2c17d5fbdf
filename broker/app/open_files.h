// Descriptors: their limit (a connection is one), and the three that everybody takes for granted.
#pragma once

#include <cstdint>

namespace godwit::app {

// Raises the soft limit to the hard one; returns what holds then.
[[nodiscard]] std::uint64_t raise_open_files_limit();

// How many client connections fit: the limit less what the process needs for itself, at most
// `wanted`, at least one.
[[nodiscard]] std::uint32_t connections_that_fit(std::uint32_t wanted, std::uint64_t open_files);

// Opens /dev/null for whichever of 0, 1 and 2 the caller has closed: otherwise a client's socket
// could get the number that the log is written to.
void fill_standard_descriptors();

}  // namespace godwit::app
