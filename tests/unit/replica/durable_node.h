// One node with a group of which it is the only member, on stores in memory whose power can be cut:
// a driver, the commit cycle, and a state machine that keeps what was proposed as rows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/replica/commit_queue.h"
#include "cluster/replica/driver.h"
#include "storage/memory_marker_store.h"
#include "storage/memory_store.h"
#include "storage/overlay.h"

namespace godwit::replica {

// What survives the node.
struct Disk {
  storage::MemoryStore store;
  storage::MemoryMarkerStore markers;
};

class DurableNode final : public Transport,
                          public StateMachine,
                          public Observer,
                          public Clock,
                          public Random {
 public:
  static constexpr raft::GroupId kGroup{1};

  // Starts from what is on the disk; a new disk gets a replica.
  explicit DurableNode(Disk& disk);

  // False: not leader.
  bool propose(std::string_view text);
  // A turn of the shard thread: what has been committed is applied and acknowledged.
  void turn();
  // The state is handed to the commit thread as it is now.
  void save();
  // The commit thread takes what has gathered and makes a batch of it.
  void run_cycle();
  // Time passes until the node leads.
  void lead();

  [[nodiscard]] const std::vector<std::string>& acknowledged() const { return acknowledged_; }
  // As rows say it, newest state first.
  [[nodiscard]] std::vector<std::string> state() const;
  [[nodiscard]] const std::optional<Recovery>& recovery() const { return recovery_; }
  [[nodiscard]] const raft::Raft& raft() const { return *driver_->find(kGroup); }

  void send(NodeId /*to*/, Frame /*frame*/) override {}
  void send_snapshot(NodeId /*to*/, raft::Message /*message*/) override {}
  void apply(raft::GroupId group, const raft::Entry& entry,
             const raft::Configuration& configuration) override;
  raft::LogIndex durable(raft::GroupId /*group*/) override { return saved_; }
  std::optional<raft::InstallSnapshot> snapshot(raft::GroupId /*group*/) override { return {}; }
  void install(raft::GroupId /*group*/, const raft::InstallSnapshot& /*snapshot*/) override {}
  void role_changed(raft::GroupId /*group*/, const raft::RoleChange& /*change*/) override {}
  void read_ready(raft::GroupId /*group*/, raft::ReadToken /*token*/) override {}
  void read_lost(raft::GroupId /*group*/, raft::ReadToken /*token*/) override {}
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::uint64_t next_u64() override { return 0; }

 private:
  // A cycle that is on disk, and what the shard thread does not know of it yet.
  struct Done {
    WriteNumber number;
    std::size_t states = 0;
    raft::LogIndex saved;
  };

  Disk& disk_;
  std::optional<Recovery> recovery_;
  storage::Overlay overlay_;
  CommitQueue queue_;
  CommitCycle cycle_;
  MetricSheet sheet_;
  raft::Probe probe_{sheet_};
  std::unique_ptr<Driver> driver_;
  Instant now_{};
  std::vector<CommitWork> gathered_;
  std::vector<Done> done_;
  storage::Batch dirty_;  // Applied, in no layer yet.
  raft::SnapshotMeta applied_;
  raft::LogIndex saved_;
  std::vector<std::string> acknowledged_;
};

}  // namespace godwit::replica
