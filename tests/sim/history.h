// What clients of the simulated cluster did and heard, as they saw it from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace godwit::sim {

// Registers hold a number, 0 at first; a queue gives out its numbers in the order they came in.
// Every value that is written or put is used once in a run and is not 0.
enum class OperationKind : std::uint8_t { kWrite, kRead, kPut, kTake };

struct Operation {
  std::uint32_t client = 0;
  OperationKind kind = OperationKind::kWrite;
  std::uint32_t object = 0;    // Which register, or which queue.
  std::uint64_t argument = 0;  // Written or put.
  std::uint64_t result = 0;    // Read or taken; 0: the register was never written, the queue empty.
  Instant invoked;
  std::optional<Instant> completed;  // Nothing: no answer yet; it may happen at any later time.
};

using History = std::vector<Operation>;

}  // namespace godwit::sim
