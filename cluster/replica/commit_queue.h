// A shard thread's side of the commit cycle: gathers what its driver and its state machines want on
// disk during a turn, to be handed over at the end of it.
#pragma once

#include "cluster/replica/commit_cycle.h"

namespace godwit::replica {

// Thread: the shard thread's. The reader is the node's store and outlives it.
class CommitQueue final : public LogStore {
 public:
  explicit CommitQueue(const storage::Reader& store) : store_(store) {}

  void write(WriteNumber number, std::vector<GroupWrite> writes) override;
  void fetch(raft::GroupId group, const raft::Fetch& fetch) override;
  void compact(raft::GroupId group, raft::LogIndex last) override;
  void mark(raft::GroupId group, raft::LogPosition durable) override;
  // The state of a group as of now; the overlay keeps the rows until they are written.
  void save(StateWrite state);

  // What has gathered, in order.
  [[nodiscard]] std::vector<CommitWork> take();
  // Entries that were asked for, to be given to the driver in the next turn.
  struct Answer {
    raft::GroupId group;
    Result<raft::Fetched, storage::StorageError> fetched;
  };
  [[nodiscard]] std::vector<Answer> take_fetched();

 private:
  [[nodiscard]] CommitWork& newest();

  const storage::Reader& store_;
  std::vector<CommitWork> gathered_;
  std::vector<Answer> fetched_;
};

}  // namespace godwit::replica
