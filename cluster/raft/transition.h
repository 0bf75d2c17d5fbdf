// How a role says what becomes of it: a role cannot replace itself while it runs.
#pragma once

#include <variant>

#include "cluster/raft/ids.h"

namespace godwit::raft {

struct Stay {};
// In the same term; a higher one is seen before a message reaches a role.
struct BecomeFollower {
  ReplicaId leader;  // 0: not known.
};
struct Campaign {
  bool pre_vote = true;
  bool transfer = false;
};
struct BecomeLeader {};

using Transition = std::variant<Stay, BecomeFollower, Campaign, BecomeLeader>;

}  // namespace godwit::raft
