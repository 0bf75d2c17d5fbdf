// One run of the session simulator: clients, a node that dies and starts again, disks that lose
// what was not synced. A seed decides everything.
//
// What must hold at the end (the checker's invariants, over what clients saw): everything that was
// acknowledged to a publisher has come to every subscriber (I1); nothing came that nobody said
// (I2); QoS 2 came once, whether it was acknowledged or not (I3); what one client said came in its
// order (I4); a will came exactly if its connection ended otherwise than by DISCONNECT, and at QoS
// 2 once (I6); no session was lost (I9).
#pragma once

#include <random>
#include <set>
#include <string>

#include "tests/session_sim/clients.h"

namespace godwit::host {

struct Outcome {
  std::string violation;  // Empty: none.
  std::size_t acknowledged = 0;
  std::size_t steps = 0;
};

[[nodiscard]] Outcome run_world(std::uint64_t seed);

}  // namespace godwit::host
