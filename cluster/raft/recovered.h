// What a replica starts from.
#pragma once

#include <vector>

#include "cluster/raft/entry.h"
#include "cluster/raft/message.h"
#include "cluster/raft/ready.h"

namespace godwit::raft {

struct Recovered {
  HardState hard_state;
  // The state machine's durable state: everything up to `applied.last` is in it. A replica that was
  // just created for a running group has nothing: term 0, index 0, nobody.
  SnapshotMeta applied;
  // The first index the log on disk still has; older ones are gone and need a snapshot.
  LogIndex log_first{1};
  // The log from the entry after `applied.last` on, as far as it is durable.
  std::vector<Entry> entries;
};

}  // namespace godwit::raft
