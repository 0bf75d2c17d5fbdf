// One replica of a scenario: a core, a disk that does what the script says, and what was applied.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "cluster/raft/raft.h"
#include "cluster/replica/end_marker.h"

namespace godwit::scenarios {

// Election timeouts are the shortest possible, plus this.
class FixedRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next_u64() override { return extra; }
  std::uint64_t extra = 0;
};

class Replica {
 public:
  Replica(raft::ReplicaId id, const raft::Options& options);

  // What it begins with, durable.
  void boot(raft::Recovered recovered);
  // Judged by the end marker. `damaged`: the disk has noticed that bytes are missing.
  struct Damage {
    bool damaged = false;
    bool amnesiac = false;  // The end marker says so already.
  };
  void start(Instant now, Damage damage);
  void crash();
  [[nodiscard]] bool runs() const { return raft != nullptr; }

  // The oldest write is done. False: there is none.
  bool write_one();
  [[nodiscard]] std::size_t writes() const { return pending_.size(); }
  // Does what the core says; messages that may go are added to `out`, and what is worth telling to
  // `told`.
  void settle(std::vector<raft::Message>& out, std::string& told);

  void compact(raft::LogIndex index);
  // The log on disk ends here, as if what follows had never been written.
  void lose_after(raft::LogIndex index);
  // The last term or vote that was written is gone from the log's store.
  void lose_hard_state() { hard_state_ = hard_state_before_; }
  // The end marker learns how far the log is durable.
  void mark();
  // The state here, for a peer.
  [[nodiscard]] raft::InstallSnapshot snapshot() const;
  void answer_fetches();

  const raft::ReplicaId id;
  std::unique_ptr<raft::Raft> raft;
  Instant now{};
  std::vector<std::string> applied;
  std::vector<raft::ReplicaId> snapshots_wanted;
  std::vector<raft::Fetch> fetches;
  MetricSheet sheet;
  raft::Probe probe{sheet};
  FixedRandom random;
  bool writes_by_hand = false;

 private:
  void apply(const raft::Entry& entry, std::string& told);
  void write(const raft::Persist& persist);
  void load(const raft::InstallSnapshot& snapshot);

  const raft::Options options_;
  // Durable: what the core gets back after a crash. `entries` has all of the log that is on disk.
  raft::HardState hard_state_;
  raft::HardState hard_state_before_;
  replica::EndMarker marker_;
  raft::SnapshotMeta saved_;
  std::vector<std::string> saved_state_;
  raft::LogIndex log_first_{1};
  std::map<raft::LogIndex, raft::Entry> log_;
  // Not durable.
  std::deque<raft::Persist> pending_;
  raft::SnapshotMeta applied_meta_;
  std::vector<raft::Message> released_;  // Their write is done.
};

}  // namespace godwit::scenarios
