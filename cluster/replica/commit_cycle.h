// The commit cycle of a node (P-15): what all groups want on disk becomes one batch and at most one
// sync.
//
//   shard threads ── CommitWork ──► CommitCycle::run ──► one Batch ──► Store::write(sync)
//                ◄── it is done ──
//
// A cycle is synced only for log records and hard state. Applied state and truncations ride along,
// or are written unsynced when there is nothing else: should power take those away, the log still
// has what they came from. Acknowledgements follow the end of a cycle.
//
// Pure: the thread that turns it, and the queue before it, are the application's.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "cluster/replica/log_store.h"
#include "cluster/replica/recovery.h"
#include "storage/marker_store.h"
#include "storage/store.h"

namespace godwit::replica {

// The rows of a state machine, as it was when it had applied `applied`.
struct StateWrite {
  raft::GroupId group;
  raft::SnapshotMeta applied;
  const storage::Batch* rows = nullptr;  // The overlay's, until it is told that they are written.
};

struct Compaction {
  raft::GroupId group;
  raft::LogIndex last;  // Up to here.
};

struct Mark {
  raft::GroupId group;
  raft::LogPosition durable;
};

// What one shard thread wants done, in its order.
struct CommitWork {
  // The driver's; 0 if there are no writes.
  WriteNumber number;
  std::vector<GroupWrite> writes;
  std::vector<StateWrite> states;
  std::vector<Compaction> compactions;
  std::vector<Mark> marks;

  [[nodiscard]] bool empty() const {
    return writes.empty() && states.empty() && compactions.empty() && marks.empty();
  }
};

// What a cycle did, for metrics.
struct CycleReport {
  bool synced = false;
  std::size_t entries = 0;
  std::size_t bytes = 0;
};

// Thread: the commit thread. The stores outlive it.
class CommitCycle {
 public:
  CommitCycle(storage::Store& store, storage::MarkerStore& markers);

  // A replica of this node, before any work of its group comes: one that was found, or a new one,
  // which is durable when this returns.
  void add(raft::GroupId group, const Recovery& recovery);
  void create(raft::GroupId group, raft::ReplicaId replica, const raft::Configuration& members);

  // Everything in `works` is durable when this returns, except what a cycle does not sync for. An
  // error of the disk ends the process.
  CycleReport run(std::span<const CommitWork> works);

 private:
  // What is on disk of a replica, as far as later rows depend on it.
  struct Replica {
    StateRow state;
    EndMarker marker;
    raft::LogIndex log_end;
    bool marker_changed = false;
    bool state_changed = false;
  };

  Replica& replica(raft::GroupId group);
  void add_write(const GroupWrite& write, CycleReport& report);
  void add_entries(Replica& replica, const GroupWrite& write);
  void add_state(const StateWrite& write);
  void add_compaction(const Compaction& compaction);
  void add_rows_of_replicas();
  void write_markers(storage::Sync sync);

  storage::Store& store_;
  storage::MarkerStore& markers_;
  std::map<raft::GroupId, Replica> replicas_;
  storage::Batch batch_;  // Of the running cycle; keeps its memory.
};

}  // namespace godwit::replica
