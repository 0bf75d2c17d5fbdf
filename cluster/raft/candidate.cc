#include "cluster/raft/candidate.h"

#include <algorithm>

#include "cluster/raft/mutant.h"

namespace godwit::raft {

Candidate::Candidate(Self& self, CampaignKind kind)
    : kind_(kind), deadline_(self.now + self.draw_election_timeout()) {
  const VoteRequest request{
      .last = self.log.last(), .pre_vote = kind.pre_vote, .transfer = kind.transfer};
  for (const Member& member : self.configuration().members()) {
    if (member.replica == self.replica || !self.configuration().is_voter(member.replica)) {
      continue;
    }
    if (kind.pre_vote) {
      self.send_in(next(self.term()), member.replica, request);
    } else {
      // A candidate that forgot its own request could come back with a shorter log and count the
      // answers to this one.
      self.send_when_durable(member.replica, request, Mutant::kStandsUnpersisted);
    }
  }
  if (kind.pre_vote) {
    answers_.push_back({self.replica, Vote::kGranted});
  }
}

Transition Candidate::tick(const Self& self) const {
  if (self.now < deadline_) {
    return Stay{};
  }
  if (!self.may_stand()) {
    return BecomeFollower{};
  }
  return Campaign{.pre_vote = true};
}

Vote Candidate::vote_of(ReplicaId replica) const {
  const auto found = std::find_if(answers_.begin(), answers_.end(),
                                  [&](const Answer& answer) { return answer.from == replica; });
  return found == answers_.end() ? Vote::kPending : found->vote;
}

Transition Candidate::reply(const Self& self, ReplicaId from, const VoteReply& reply) {
  if (reply.pre_vote != kind_.pre_vote || vote_of(from) != Vote::kPending) {
    return Stay{};
  }
  answers_.push_back({from, reply.granted ? Vote::kGranted : Vote::kRefused});
  return count(self);
}

Transition Candidate::persisted(const Self& self) {
  if (kind_.pre_vote || vote_of(self.replica) != Vote::kPending || !self.hard_state_durable()) {
    return Stay{};
  }
  answers_.push_back({self.replica, Vote::kGranted});
  return count(self);
}

Transition Candidate::count(const Self& self) const {
  switch (tally(self.configuration(), [&](ReplicaId replica) { return vote_of(replica); })) {
    case Election::kWon:
      if (kind_.pre_vote) {
        return Campaign{.pre_vote = false};
      }
      return BecomeLeader{};
    case Election::kLost:
      return BecomeFollower{};
    case Election::kOpen:
      break;
  }
  return Stay{};
}

}  // namespace godwit::raft
