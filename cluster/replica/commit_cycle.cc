#include "cluster/replica/commit_cycle.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "cluster/replica/mutant.h"

namespace godwit::replica {
namespace {

bool wants_sync(const CommitWork& work) {
  return std::any_of(work.writes.begin(), work.writes.end(),
                     [](const GroupWrite& write) { return write.persist.writes(); });
}

}  // namespace

CommitCycle::CommitCycle(storage::Store& store, storage::MarkerStore& markers)
    : store_(store), markers_(markers) {}

void CommitCycle::add(raft::GroupId group, const Recovery& recovery) {
  const bool added = replicas_
                         .emplace(group, Replica{.state = recovery.state,
                                                 .marker = recovery.marker,
                                                 .log_end = recovery.log_end})
                         .second;
  CHECK(added);
}

void CommitCycle::create(raft::GroupId group, raft::ReplicaId replica,
                         const raft::Configuration& members) {
  Replica created;
  created.state.applied.configuration = members;
  created.marker_changed = true;
  created.state_changed = true;
  CHECK(replicas_.emplace(group, std::move(created)).second);
  put_replica(batch_, group, replica);
  put_hard_state(batch_, group, {});
  add_rows_of_replicas();
  store_.write(batch_, storage::Sync::kYes);
  batch_.clear();
  // Last: a marker without rows would be a loss.
  write_markers(storage::Sync::kYes);
}

CommitCycle::Replica& CommitCycle::replica(raft::GroupId group) {
  const auto found = replicas_.find(group);
  CHECK(found != replicas_.end());
  return found->second;
}

CycleReport CommitCycle::run(std::span<const CommitWork> works) {
  CycleReport report{.synced = std::any_of(works.begin(), works.end(), wants_sync)};
  bool new_hard_state = false;
  for (const CommitWork& work : works) {
    for (const GroupWrite& write : work.writes) {
      new_hard_state = new_hard_state || write.persist.hard_state;
      add_write(write, report);
    }
    for (const StateWrite& write : work.states) {
      add_state(write);
    }
    for (const Compaction& compaction : work.compactions) {
      add_compaction(compaction);
    }
    for (const Mark& mark : work.marks) {
      Replica& marked = replica(mark.group);
      marked.marker.acknowledged = mark.durable;
      marked.marker_changed = true;
    }
  }
  add_rows_of_replicas();
  report.bytes = batch_.size_bytes();
  if (!batch_.empty()) {
    store_.write(batch_, report.synced && !planted(Mutant::kNeverSyncs) ? storage::Sync::kYes
                                                                        : storage::Sync::kNo);
    batch_.clear();
  }
  // A term or vote is in the marker before it is used (P-13); how far the log is may come late.
  write_markers(new_hard_state ? storage::Sync::kYes : storage::Sync::kNo);
  return report;
}

void CommitCycle::add_write(const GroupWrite& write, CycleReport& report) {
  Replica& to = replica(write.group);
  // A node alone is sent none; the peers of a cluster bring them, generation by generation.
  CHECK(!write.persist.snapshot);
  if (write.persist.hard_state) {
    put_hard_state(batch_, write.group, *write.persist.hard_state);
    to.marker.hard_state = *write.persist.hard_state;
    to.marker_changed = true;
  }
  if (!write.persist.entries.empty()) {
    add_entries(to, write);
    report.entries += write.persist.entries.size();
  }
}

void CommitCycle::add_entries(Replica& replica, const GroupWrite& write) {
  const std::vector<raft::Entry>& entries = write.persist.entries;
  remove_entries(batch_, write.group, entries.front().index, replica.log_end);
  for (const raft::Entry& entry : entries) {
    put_entry(batch_, write.group, entry);
  }
  replica.log_end = entries.back().index;
}

void CommitCycle::add_state(const StateWrite& write) {
  Replica& to = replica(write.group);
  CHECK(write.applied.last.index >= to.state.applied.last.index);
  // Applied is what was committed, and committed here is only what is durable here: the record of
  // each entry is in this batch or an earlier one.
  CHECK(write.applied.last.index <= to.log_end);
  batch_.append(*write.rows);
  to.state.applied = write.applied;
  to.state_changed = true;
}

void CommitCycle::add_compaction(const Compaction& compaction) {
  Replica& of = replica(compaction.group);
  if (compaction.last < of.state.log_first) {
    return;
  }
  CHECK(compaction.last <= of.state.applied.last.index);
  remove_entries(batch_, compaction.group, of.state.log_first, compaction.last);
  of.state.log_first = next(compaction.last);
  of.state_changed = true;
}

void CommitCycle::add_rows_of_replicas() {
  for (auto& [group, one] : replicas_) {
    if (std::exchange(one.state_changed, false)) {
      put_state(batch_, group, one.state);
    }
  }
}

void CommitCycle::write_markers(storage::Sync sync) {
  std::vector<Bytes> bytes;  // What the markers point into.
  std::vector<storage::Marker> markers;
  bytes.reserve(replicas_.size());
  for (auto& [group, one] : replicas_) {
    if (std::exchange(one.marker_changed, false)) {
      markers.push_back({group.value(), bytes.emplace_back(encode_marker(one.marker))});
    }
  }
  if (!markers.empty()) {
    markers_.write(markers, sync);
  }
}

}  // namespace godwit::replica
