// The port to the disk, as far as consensus goes.
#pragma once

#include <vector>

#include "base/strong_id.h"
#include "cluster/raft/ready.h"

namespace godwit::replica {

// Counts the writes of one driver, in order.
struct WriteNumberTag;
using WriteNumber = StrongId<WriteNumberTag, std::uint64_t>;

// One request of one group. Its messages stay with the driver.
struct GroupWrite {
  raft::GroupId group;
  raft::ReplicaId replica;
  raft::Persist persist;
};

// Thread: the shard thread's; answers come to it by the driver's mailbox. Implemented by the commit
// thread (P-15) and in the simulator.
class LogStore {
 public:
  virtual ~LogStore() = default;

  // Everything of one turn, in order. Durable as a whole or not at all, and not before what was
  // written earlier; then Driver::written. Hard state goes to the end marker, synced, before it is
  // told (P-13). An error ends the process: there is no way to say that a write has failed.
  virtual void write(WriteNumber number, std::vector<GroupWrite> writes) = 0;
  // Reads entries back for a follower; answered by Driver::fetched, with the true position of the
  // entry before the first (that entry may be compacted: then it is the end of the durable state),
  // or with no entries if the first is gone. A wrong position is asked for again, for ever.
  virtual void fetch(raft::GroupId group, const raft::Fetch& fetch) = 0;
  // Entries up to `last` are not needed: they are in the state machine's durable state.
  virtual void compact(raft::GroupId group, raft::LogIndex last) = 0;
  // For the end marker, at most every 100 ms: durable up to here (P-13).
  virtual void mark(raft::GroupId group, raft::LogPosition durable) = 0;
};

}  // namespace godwit::replica
