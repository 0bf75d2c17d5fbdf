// What replicas of one group say to each other.
//
// Every message names its group, both ends and the sender's term. A message may be lost, late,
// twice or out of order; nothing in the core relies on anything else.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "cluster/raft/configuration.h"
#include "cluster/raft/entry.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

// RequestVote (paper, section 5.2), and the question before it (PreVote, thesis section 9.6). The
// term of a pre-vote's message is the one the sender would stand for.
struct VoteRequest {
  LogPosition last;  // Of the candidate's log, durable there.
  bool pre_vote = false;
  bool transfer = false;  // The leader itself asked for this election (section 3.10).
};

struct VoteReply {
  bool granted = false;
  bool pre_vote = false;
};

// AppendEntries (paper, section 5.3) with at least one entry, or as a probe or news of a commit
// with none.
struct AppendRequest {
  LogPosition previous;
  LogIndex commit;
  Round round;
  std::vector<Entry> entries;  // Directly after `previous`, in order.
};

// Why an append was not taken: there is nothing, or something else, at `rejected`. `hint` is the
// last position at or before it whose term is not later than the leader's term there: the leader
// need not ask for anything behind it (paper, end of section 5.3, by term instead of by step).
struct AppendRejection {
  LogIndex rejected;
  LogPosition hint;
};

struct AppendReply {
  Round round;
  LogIndex matched;  // Durable at the sender up to here, as in the leader's log. 0 in a rejection.
  LogIndex last;     // Where the sender's log ends, durable or not.
  bool counts = true;  // False: an amnesiac replica (P-13), which counts for nothing.
  std::optional<AppendRejection> rejection;
};

// Small and the same for every group, so that a node sends those of all its groups in one frame.
struct Heartbeat {
  LogIndex commit;
  Round round;
};

struct HeartbeatReply {
  Round round;
  LogIndex received;  // The sender's log is the leader's up to here, durable or not.
  LogIndex matched;   // As in AppendReply, in case that one was lost.
  LogIndex last;
  bool counts = true;
};

// What stands for a log that is no longer there.
struct SnapshotMeta {
  LogPosition last;             // The newest entry in it.
  Configuration configuration;  // In force at `last`.
  friend bool operator==(const SnapshotMeta&, const SnapshotMeta&) = default;
};

// InstallSnapshot (paper, section 7). The state itself travels apart, in chunks; this is said to
// the core when all of it has arrived. `data` is whatever the two drivers understand: a handle, or
// bytes.
struct InstallSnapshot {
  SnapshotMeta meta;
  Payload data;
};

// Leadership transfer: stand for election at once (thesis, section 3.10).
struct TimeoutNow {};

// The leader saw this replica answer below what it had acknowledged: it has forgotten (P-13).
struct Outcast {
  LogIndex acknowledged;
};

using MessageBody = std::variant<VoteRequest, VoteReply, AppendRequest, AppendReply, Heartbeat,
                                 HeartbeatReply, InstallSnapshot, TimeoutNow, Outcast>;

struct Message {
  GroupId group;
  ReplicaId from;
  ReplicaId to;
  Term term;
  MessageBody body;
};

}  // namespace godwit::raft
