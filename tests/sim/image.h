// What is on one node's disk, for one replica: the log, the saved state, and the end marker beside
// them.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/replica/end_marker.h"
#include "cluster/replica/log_store.h"

namespace godwit::sim {

// A state machine's state as it is written down.
using SavedState = std::shared_ptr<const raft::InstallSnapshot>;

// One durable replica.
class Image {
 public:
  explicit Image(raft::ReplicaId replica) : replica_(replica) {}

  [[nodiscard]] raft::ReplicaId replica() const { return replica_; }
  [[nodiscard]] raft::LogPosition last() const;
  [[nodiscard]] raft::LogPosition saved_position() const {
    return saved_ ? saved_->meta.last : raft::LogPosition{};
  }
  [[nodiscard]] const SavedState& saved() const { return saved_; }
  [[nodiscard]] raft::LogIndex first() const { return first_; }
  // Nothing: not in the log.
  [[nodiscard]] const raft::Entry* entry(raft::LogIndex index) const;

  // --- writing, in the order of the log --------------------------------------------------------

  void write(const raft::Persist& persist);
  void save(SavedState state) { saved_ = std::move(state); }
  void compact(raft::LogIndex through);

  // --- damage ----------------------------------------------------------------------------------

  // Recovery finds entry `index` bad and drops it and what follows.
  void damage_from(raft::LogIndex index);

  [[nodiscard]] replica::Found recover() const;

  replica::EndMarker marker;
  bool has_marker = false;

 private:
  raft::ReplicaId replica_;
  raft::HardState hard_state_;
  raft::LogIndex first_{1};          // Of the log.
  std::deque<raft::Entry> entries_;  // From first_ on.
  SavedState saved_;
  bool damaged_ = false;
};

}  // namespace godwit::sim
