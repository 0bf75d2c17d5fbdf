// The limit of open files: a connection is one.
#pragma once

#include <cstdint>

namespace godwit::app {

// Raises the soft limit to the hard one; returns what holds then.
[[nodiscard]] std::uint64_t raise_open_files_limit();

// How many client connections fit: the limit less what the process needs for itself, at most
// `wanted`, at least one.
[[nodiscard]] std::uint32_t connections_that_fit(std::uint32_t wanted, std::uint64_t open_files);

}  // namespace godwit::app
