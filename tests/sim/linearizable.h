// Could one register, or one queue, alone have given these answers? From what clients saw, and
// nothing else.
//
// Registers: P. Gibbons and E. Korach, "Testing Shared Memories" (1997), for values written once.
// Queues: T. Henzinger, A. Sezgin, V. Vafeiadis, "Aspect-Oriented Linearizability Proofs" (2013).
// Both are exact, with unanswered operations too, and take n log n steps.
#pragma once

#include <optional>
#include <string>

#include "tests/sim/history.h"

namespace godwit::sim {

// All objects of a history, each by itself. Returns what cannot be, in a sentence.
[[nodiscard]] std::optional<std::string> check_linearizable(const History& history);

}  // namespace godwit::sim
