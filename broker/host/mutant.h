// The planted bugs of this room (base/mutant.h). Each is found by the session simulator.
#pragma once

#include <cstdint>

#include "base/mutant.h"

namespace godwit::host {

enum class Mutant : std::uint32_t {
  kAnswersBeforeCommit = 351,  // A publish is acknowledged when it is proposed.
  kAppliesTwice = 352,         // The state says that it lacks an entry that it has.
  kStateOvertakesLog = 353,    // The state says that it has an entry that it lacks.
  kLaneLosesUnsent = 357,      // What was not sent goes when something is acknowledged.
  kForgetsDueWills = 358,      // A will that was due at a crash is never matched.
};

}  // namespace godwit::host
