// What a replica is made of.
#pragma once

#include "base/random.h"
#include "cluster/raft/options.h"
#include "cluster/raft/probe.h"
#include "cluster/raft/recovered.h"

namespace godwit::raft {

// What does not change while a replica runs.
struct Identity {
  GroupId group;
  ReplicaId replica;
};

// `recovered` is what the storage found, judged by the end marker (cluster/replica). `random` and
// `probe` outlive the replica.
struct Setup {
  Identity identity;
  Options options;
  Recovered recovered;
  Random& random;
  Probe& probe;
};

}  // namespace godwit::raft
