// Counts calls of operator new in this test program, for promises that nothing is allocated.
#pragma once

#include <cstddef>

namespace godwit::routing::testing {

// Calls so far.
[[nodiscard]] std::size_t allocation_count();

}  // namespace godwit::routing::testing
