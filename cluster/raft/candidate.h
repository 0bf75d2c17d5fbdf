// The candidate's part: ask whether an election could be won (pre-vote), then hold it.
//
// Thread: the group's. Lives while its replica stands.
#pragma once

#include <vector>

#include "base/time.h"
#include "cluster/raft/message.h"
#include "cluster/raft/quorum.h"
#include "cluster/raft/self.h"
#include "cluster/raft/transition.h"

namespace godwit::raft {

struct CampaignKind {
  bool pre_vote = true;   // Thesis, section 9.6: ask first, raise the term later.
  bool transfer = false;  // Section 3.10: voters need not wait for the old leader to be silent.
};

class Candidate {
 public:
  // A pre-vote speaks of the next term; an election has entered it and voted for itself.
  Candidate(Self& self, CampaignKind kind);

  [[nodiscard]] bool pre_vote() const { return kind_.pre_vote; }
  [[nodiscard]] Instant deadline() const { return deadline_; }

  [[nodiscard]] Transition tick(const Self& self) const;
  [[nodiscard]] Transition reply(const Self& self, ReplicaId from, const VoteReply& reply);
  // Something became durable. Once the hard state of this election is, the own vote counts.
  [[nodiscard]] Transition persisted(const Self& self);
  // What the votes so far add up to.
  [[nodiscard]] Transition count(const Self& self) const;

 private:
  struct Answer {
    ReplicaId from;
    Vote vote;
  };

  [[nodiscard]] Vote vote_of(ReplicaId replica) const;

  CampaignKind kind_;
  Instant deadline_;
  std::vector<Answer> answers_;
};

}  // namespace godwit::raft
