// What the core wants done. `Raft::ready()` hands it over once; whoever drives the core does all of
// it, in any order but for what is said here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/raft/configuration.h"
#include "cluster/raft/entry.h"
#include "cluster/raft/ids.h"
#include "cluster/raft/message.h"

namespace godwit::raft {

// What must never be forgotten (paper, figure 2). The state of a replica without a disk of its own
// yet is the default.
struct HardState {
  Term term;
  ReplicaId vote;         // In `term`; 0: nobody yet.
  bool amnesiac = false;  // P-13: never votes and never counts again under this replica id.
  friend bool operator==(const HardState&, const HardState&) = default;
};

// One request to the storage. Requests become durable in the order of their numbers; when one is,
// `messages` are sent and the number is handed to `Raft::persisted`. A request without state,
// entries and snapshot only waits for those before it and needs no write.
struct Persist {
  PersistNumber number;
  std::optional<HardState> hard_state;
  // Replaces the whole log and state. Before `entries`.
  std::optional<InstallSnapshot> snapshot;
  // Directly after each other. Whatever the log holds from the first one's index on is replaced.
  std::vector<Entry> entries;
  std::vector<Message> messages;

  [[nodiscard]] bool writes() const { return hard_state || snapshot || !entries.empty(); }
};

// A read that was asked for with `Raft::read`: once the state machine has applied `index`, what it
// says is linearizable (thesis, section 6.4).
struct ReadState {
  ReadToken token;
  LogIndex index;
};

// A follower needs entries that are on disk only. Answer with `Raft::fetched`.
struct Fetch {
  ReplicaId to;
  LogIndex first;
  std::size_t entries_max = 0;
  std::size_t bytes_max = 0;  // But at least one entry.
};

enum class RoleName : std::uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };

struct RoleChange {
  RoleName role = RoleName::kFollower;
  Term term;
  ReplicaId leader;  // 0: not known.
  friend bool operator==(const RoleChange&, const RoleChange&) = default;
};

struct Ready {
  std::optional<RoleChange> role;  // The last change, if any.
  std::optional<Persist> persist;  // At most one; messages inside wait for it.
  std::vector<Message> messages;   // May go at once, also beside `persist`.
  std::vector<Entry> committed;    // Apply in this order, all kinds. Durable here already.
  std::vector<ReadState> reads;
  std::vector<ReadToken> lost_reads;  // Leadership ended first: ask the new leader.
  std::vector<Fetch> fetches;
  std::vector<ReplicaId> snapshots;  // Send each one a snapshot; then `Raft::snapshot_sent`.
};

}  // namespace godwit::raft
