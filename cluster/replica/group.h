// One replica with what its driver keeps beside the core: what the state machine has, which reads
// wait for it, which messages wait for the disk, and where peers live.
//
// Owned by the driver, used on its thread.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "cluster/raft/raft.h"
#include "cluster/replica/state_machine.h"

namespace godwit::replica {

class Group {
 public:
  Group(const raft::Setup& setup, Instant now);

  raft::Raft raft;
  const raft::GroupId id;
  const raft::ReplicaId replica;

  // Hands committed entries to the state machine.
  void apply(StateMachine& machine, const std::vector<raft::Entry>& committed);
  [[nodiscard]] raft::LogIndex applied() const { return applied_; }

  void await_read(raft::ReadState read) { reads_.push_back(read); }
  // The next read whose index is applied.
  [[nodiscard]] std::optional<raft::ReadToken> take_read();

  // Remembers what waits for the storage; finds it again when that is done, in order.
  struct Waiting {
    raft::PersistNumber number;
    std::optional<raft::InstallSnapshot> snapshot;
    std::vector<raft::Message> messages;
  };
  void await_write(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
  [[nodiscard]] Waiting take_written(raft::PersistNumber number);
  // The state machine was replaced.
  void installed(const raft::SnapshotMeta& meta);

  // Answers go where questions came from, also to replicas that this configuration does not know.
  void note_address(raft::ReplicaId replica_there, NodeId node);
  [[nodiscard]] std::optional<NodeId> address_of(raft::ReplicaId replica_there) const;

  bool dirty = false;        // Waits for the end of the turn.
  raft::LogPosition marked;  // What the end marker was told.
  raft::LogIndex compacted;  // What the log has dropped.

 private:
  struct Address {
    raft::ReplicaId replica;
    NodeId node;
  };

  raft::LogIndex applied_;
  raft::Configuration configuration_;  // As applied.
  std::deque<raft::ReadState> reads_;
  std::deque<Waiting> waiting_;
  std::vector<Address> addresses_;  // At most kAddressesMax; the oldest goes.
};

}  // namespace godwit::replica
