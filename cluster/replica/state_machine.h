// The port to what the log is for.
#pragma once

#include <optional>

#include "cluster/raft/entry.h"
#include "cluster/raft/message.h"
#include "cluster/raft/ready.h"

namespace godwit::replica {

// Serves all groups of a thread. Thread: the shard thread's.
class StateMachine {
 public:
  virtual ~StateMachine() = default;

  // The next entry, once and in order; of any kind, because the index counts. `configuration` is in
  // force from this entry on, and belongs into every durable state and snapshot.
  virtual void apply(raft::GroupId group, const raft::Entry& entry,
                     const raft::Configuration& configuration) = 0;
  // How far a state that would survive a crash goes.
  virtual raft::LogIndex durable(raft::GroupId group) = 0;
  // The state to send to a peer that lags; nothing while there is none.
  virtual std::optional<raft::InstallSnapshot> snapshot(raft::GroupId group) = 0;
  // The store has made this snapshot durable: go on from it.
  virtual void install(raft::GroupId group, const raft::InstallSnapshot& snapshot) = 0;
};

// What else the node wants to know. Thread: the shard thread's.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void role_changed(raft::GroupId group, const raft::RoleChange& change) = 0;
  // What the state machine says now is linearizable for this read.
  virtual void read_ready(raft::GroupId group, raft::ReadToken token) = 0;
  virtual void read_lost(raft::GroupId group, raft::ReadToken token) = 0;
};

}  // namespace godwit::replica
