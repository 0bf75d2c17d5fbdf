// The follower's part: take what the leader sends, or stand for election when it is silent.
//
// Thread: the group's. Lives while its replica follows.
#pragma once

#include "base/time.h"
#include "cluster/raft/message.h"
#include "cluster/raft/self.h"
#include "cluster/raft/transition.h"

namespace godwit::raft {

// What is committed is in every later leader's log (leader completeness; paper, section 5.4.3), so
// no correct leader of this term or a later one sends this.
[[nodiscard]] bool contradicts_committed(const Log& log, const AppendRequest& request);

class Follower {
 public:
  Follower(Self& self, ReplicaId leader);

  [[nodiscard]] ReplicaId leader() const { return leader_; }
  [[nodiscard]] Instant deadline() const { return deadline_; }

  [[nodiscard]] Transition tick(Self& self);

  // What is not contradicts_committed.
  void append(Self& self, AppendRequest request);
  void heartbeat(Self& self, const Heartbeat& heartbeat);
  void install(Self& self, InstallSnapshot snapshot);
  // The leader asks for an election.
  [[nodiscard]] Transition timeout_now(const Self& self, ReplicaId from) const;
  void outcast(Self& self, ReplicaId from, const Outcast& outcast) const;

  // A message of the term's leader arrived. False: the term has another.
  [[nodiscard]] bool hear(Self& self, ReplicaId from);
  // There is nobody to wait for.
  void stand_at_once(const Self& self) { deadline_ = self.now; }
  // A vote was given: its candidate gets time.
  void wait_again(Self& self) { deadline_ = self.now + self.draw_election_timeout(); }

 private:
  // Commits what the leader has committed, as far as this log is known to be the leader's.
  void learn_commit(Self& self, LogIndex commit) const;
  void reject(Self& self, const AppendRequest& request) const;
  // Appends what is new. The previous entry matches, and nothing committed is contradicted.
  void take_entries(Self& self, std::vector<Entry> entries);

  ReplicaId leader_;
  Instant deadline_;
  LogIndex matched_;  // This log is the leader's of this term up to here, durable or not.
};

}  // namespace godwit::raft
