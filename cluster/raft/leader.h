// The leader's part: append, replicate, count, commit (paper, section 5.3).
//
// Thread: the group's. Lives while its replica leads. Events change what is known; messages with
// entries go out in `flush`, once a turn, so that whatever a turn brought travels together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "cluster/raft/message.h"
#include "cluster/raft/progress.h"
#include "cluster/raft/refusal.h"
#include "cluster/raft/rounds.h"
#include "cluster/raft/self.h"
#include "cluster/raft/transition.h"

namespace godwit::raft {

struct Fetched;

class Leader {
 public:
  explicit Leader(Self& self);

  // --- events ----------------------------------------------------------------------------------

  [[nodiscard]] Transition tick(Self& self);
  Result<void, Refusal> append_reply(Self& self, ReplicaId from, const AppendReply& reply);
  Result<void, Refusal> heartbeat_reply(Self& self, ReplicaId from, const HeartbeatReply& reply);
  void fetched(Self& self, Fetched fetched);
  void snapshot_sent(ReplicaId to, std::optional<LogPosition> sent);
  void unreachable(ReplicaId replica);
  // This log's durable part grew.
  void persisted(Self& self) { advance(self); }

  // --- requests --------------------------------------------------------------------------------

  // Appends entries of one kind in this term; returns the last one's position.
  LogPosition append(Self& self, EntryKind kind, std::span<const Payload> batch);
  [[nodiscard]] std::optional<ProposeError> refuses_proposals(const Self& self) const;
  [[nodiscard]] std::optional<ProposeError> refuses_change(const Self& self) const;
  [[nodiscard]] std::optional<ProposeError> read(const Self& self, ReadToken token);
  [[nodiscard]] std::optional<ProposeError> transfer(const Self& self, ReplicaId target);

  // --- what follows ----------------------------------------------------------------------------

  // Sends what there is to send. Then, of a leader that has left its group: follow.
  [[nodiscard]] Transition flush(Self& self);
  // A flush has something to do.
  [[nodiscard]] bool wants_flush() const { return wants_flush_ || rounds_.wants_round(); }
  [[nodiscard]] std::vector<ReadToken> take_reads() { return rounds_.take_all_reads(); }

  [[nodiscard]] Instant deadline(const Self& self) const;
  [[nodiscard]] const Rounds& rounds() const { return rounds_; }
  [[nodiscard]] std::optional<Instant> lease_until(const Self& self) const;
  [[nodiscard]] const std::vector<Progress>& peers() const { return peers_; }

 private:
  struct Transfer {
    ReplicaId target;
    Instant deadline;
    bool asked = false;
  };

  [[nodiscard]] Progress* peer(ReplicaId replica);
  [[nodiscard]] bool committed_in_term(const Self& self) const;
  // The members of a new configuration become peers, others are forgotten.
  void follow_configuration(const Self& self);

  void begin_round(Self& self);
  void confirm_rounds(Self& self);
  // After any news of what is durable where: commit, and what follows from it.
  void advance(Self& self);
  void answer_reads(Self& self);
  // What every answer says.
  struct Answer {
    Round round;
    LogIndex claimed;  // As in this log up to here.
    LogIndex last;
    bool counts = true;
  };
  // Notes it. Null: its sender has forgotten what it acknowledged, and is to be left alone.
  Result<Progress*, Refusal> hear(Self& self, ReplicaId from, const Answer& answer);
  void take_match(Self& self, Progress& progress, LogIndex matched);
  void take_rejection(const Self& self, Progress& progress, const AppendRejection& rejection);
  void continue_transfer(Self& self);

  // A joint configuration that is committed has done its work.
  void leave_joint(Self& self);
  void send_entries(Self& self, Progress& progress);
  void send_append(Self& self, Progress& progress, LogPosition before, std::vector<Entry> entries);

  Rounds rounds_;
  std::vector<Progress> peers_;  // Without the leader itself; sorted by replica.
  LogIndex term_start_;          // The no-op's.
  Instant next_heartbeat_;
  std::optional<Transfer> transfer_;
  bool lease_given_up_ = false;  // Somebody was asked to stand while it lasts.
  bool wants_flush_ = true;
};

}  // namespace godwit::raft
