// One node's disk with its faults, and the LogStore on it.
//
// Writes become durable one after the other, each after a time. A crash keeps those that were
// synced and some first part of the rest, as a write-ahead log does; what was synced can be damaged
// afterwards. Saved states and compactions are not synced for themselves, they ride along (P-15).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "cluster/replica/log_store.h"
#include "tests/sim/image.h"
#include "tests/sim/plan.h"
#include "tests/sim/scheduler.h"

namespace godwit::sim {

class Disk final : public replica::LogStore {
 public:
  struct Events {
    std::function<void(replica::WriteNumber)> written;
    std::function<void(raft::GroupId, raft::Fetched)> fetched;
    std::function<void()> full;  // The process has to end.
  };
  Disk(const Plan& plan, Scheduler& scheduler, Chance& chance, Events events);

  // --- the port --------------------------------------------------------------------------------

  void write(replica::WriteNumber number, std::vector<replica::GroupWrite> writes) override;
  void fetch(raft::GroupId group, const raft::Fetch& fetch) override;
  void compact(raft::GroupId group, raft::LogIndex last) override;
  void mark(raft::GroupId group, raft::LogPosition durable) override;

  // --- beside it -------------------------------------------------------------------------------

  void create(raft::GroupId group, raft::ReplicaId replica);
  void erase(raft::GroupId group);
  // What the founder of a group begins with, durable at once.
  void found(raft::GroupId group, const raft::Persist& beginning);
  void save(raft::GroupId group, SavedState state);
  // The newest that a crash would leave.
  [[nodiscard]] raft::LogIndex saved(raft::GroupId group) const;
  // Null: nothing of that group here.
  [[nodiscard]] const Image* image(raft::GroupId group) const;
  [[nodiscard]] const std::map<raft::GroupId, Image>& images() const { return images_; }

  // --- faults ----------------------------------------------------------------------------------

  // The process has ended: what was not synced is lost, but for some first part.
  void crash();
  // The last write was synced and is gone all the same, as if it had been torn. False: it cannot be
  // told from a loss that nobody could notice (docs/internals/raft.md, "What stays open").
  [[nodiscard]] bool lose_last_write();
  // Some entry of the group's log is unreadable. False: there is none.
  [[nodiscard]] bool damage(raft::GroupId group);
  void wipe();
  void set_slow(bool slow) { slow_ = slow; }
  void set_full(bool full) { full_ = full; }
  [[nodiscard]] bool is_full() const { return full_; }
  void heal();

 private:
  struct Saved {
    raft::GroupId group;
    raft::ReplicaId replica;
    SavedState state;
  };
  struct Compaction {
    raft::GroupId group;
    raft::ReplicaId replica;
    raft::LogIndex through;
  };
  // One write-ahead record.
  struct Record {
    replica::WriteNumber number;  // 0: nobody waits.
    std::vector<replica::GroupWrite> writes;
    std::vector<Saved> saved;
    std::vector<Compaction> compactions;
  };

  void schedule(Record record);
  void finish();
  void apply(const Record& record);
  void apply_marker(const Record& record);
  [[nodiscard]] Duration latency();
  [[nodiscard]] Image* find(raft::GroupId group, raft::ReplicaId replica);
  [[nodiscard]] raft::ReplicaId replica_of(raft::GroupId group) const;

  const Plan& plan_;
  Scheduler& scheduler_;
  Chance& chance_;
  Events events_;
  std::map<raft::GroupId, Image> images_;
  // The images before the last synced write, if that can be lost without a trace.
  std::optional<std::map<raft::GroupId, Image>> before_last_;
  std::deque<Record> pending_;  // Asked for and not synced.
  Record riders_;               // Goes with the next write.
  std::uint64_t life_ = 0;      // Ends what belongs to an earlier process.
  bool slow_ = false;
  bool full_ = false;
  bool healed_ = false;
};

}  // namespace godwit::sim
