#include "cluster/raft/voting.h"

#include "cluster/raft/mutant.h"

namespace godwit::raft {

bool disregards(const Self& self, const VoteRequest& request, bool is_leader) {
  if (request.transfer || planted(Mutant::kNotSticky)) {
    return false;
  }
  return is_leader || self.heard_leader_recently();
}

bool answer_vote(Self& self, const Message& message, const VoteRequest& request) {
  const bool may_vote = !self.hard_state().amnesiac || planted(Mutant::kAmnesiacVotes);
  const bool up_to_date = request.last >= self.log.last() || planted(Mutant::kVotesForShorterLog);
  if (request.pre_vote) {
    const bool granted = may_vote && up_to_date && message.term > self.term();
    const VoteReply reply{.granted = granted, .pre_vote = true};
    // A granted one repeats the term that was asked about, a refused one tells ours.
    self.send_in(granted ? message.term : self.term(), message.from, reply);
    return false;
  }
  const ReplicaId vote = self.hard_state().vote;
  const bool free = vote == ReplicaId(0) || vote == message.from || planted(Mutant::kVotesTwice);
  if (may_vote && up_to_date && free) {
    self.vote_for(message.from);
    self.send_when_durable(message.from, VoteReply{.granted = true}, Mutant::kVotesUnpersisted);
    return true;
  }
  self.send_when_durable(message.from, VoteReply{.granted = false});
  return false;
}

}  // namespace godwit::raft
