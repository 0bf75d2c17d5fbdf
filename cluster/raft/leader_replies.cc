// What the leader learns from answers, and what it commits by it.
#include <algorithm>

#include "base/check.h"
#include "cluster/raft/leader.h"
#include "cluster/raft/mutant.h"
#include "cluster/raft/quorum.h"

namespace godwit::raft {

Result<Progress*, Refusal> Leader::hear(Self& self, ReplicaId from, const Answer& answer) {
  Progress* progress = peer(from);
  if (progress == nullptr) {
    return fail(Refusal::kNotAMember);
  }
  if (answer.claimed > self.log.last().index || answer.round > rounds_.current()) {
    return fail(Refusal::kImpossibleIndex);
  }
  progress->heard(answer.round, answer.counts);
  if (progress->forgot(answer.round, answer.last)) {
    // It acknowledged more than it has. Nothing it says counts any more (P-13).
    if (progress->counts()) {
      self.probe.replica_forgot();
    }
    progress->cast_out();
    self.send(progress->replica(), Outcast{progress->match()});
    return nullptr;
  }
  confirm_rounds(self);
  wants_flush_ = true;
  return progress;
}

Result<void, Refusal> Leader::append_reply(Self& self, ReplicaId from, const AppendReply& reply) {
  const auto heard = hear(self, from, {reply.round, reply.matched, reply.last, reply.counts});
  if (!heard) {
    return fail(heard.error());
  }
  Progress* progress = *heard;
  if (progress == nullptr) {
    return {};
  }
  if (reply.rejection) {
    take_rejection(self, *progress, *reply.rejection);
  } else {
    take_match(self, *progress, reply.matched);
  }
  return {};
}

Result<void, Refusal> Leader::heartbeat_reply(Self& self, ReplicaId from,
                                              const HeartbeatReply& reply) {
  const auto heard = hear(self, from, {reply.round, reply.received, reply.last, reply.counts});
  if (!heard) {
    return fail(heard.error());
  }
  Progress* progress = *heard;
  if (progress == nullptr) {
    return {};
  }
  if (progress->state() == ProgressState::kReplicate) {
    take_match(self, *progress, reply.matched);
    if (progress->lost_tail(reply.round, reply.received) && !planted(Mutant::kLostTailNotResent)) {
      self.probe.tail_resent();
      progress->probe();
    }
  }
  progress->retry_probe(reply.round);
  return {};
}

void Leader::take_match(Self& self, Progress& progress, LogIndex matched) {
  const bool news = progress.matched(matched, rounds_.current());
  if (progress.state() == ProgressState::kSnapshot &&
      progress.next_index() >= self.log.first_on_disk()) {
    progress.probe();
  }
  if (news) {
    advance(self);
  }
}

void Leader::take_rejection(const Self& self, Progress& progress,
                            const AppendRejection& rejection) {
  if (planted(Mutant::kRejectionCounts)) {
    progress.matched(std::min(rejection.rejected, self.log.last().index), rounds_.current());
    return;
  }
  if (!progress.rejection_is_news(rejection.rejected)) {
    return;
  }
  // Nothing behind the hint can be common; nor anything of ours there of a later term.
  const LogIndex hint = std::min(rejection.hint.index, self.log.last().index);
  const LogPosition common = hint > self.log.memory_start().index
                                 ? self.log.last_not_after(hint, rejection.hint.term)
                                 : LogPosition{rejection.hint.term, hint};
  progress.probe_from(
      next(std::min(common.index, previous(std::max(rejection.rejected, LogIndex(1))))));
}

void Leader::confirm_rounds(Self& self) {
  const auto answered = [&](ReplicaId replica) {
    if (replica == self.replica) {
      return rounds_.current();
    }
    const Progress* progress = peer(replica);
    return progress != nullptr && progress->counts() ? progress->answered() : Round(0);
  };
  rounds_.confirmed(quorum_value<Round>(self.configuration(), answered));
  answer_reads(self);
}

void Leader::answer_reads(Self& self) {
  // Before that it may not know all that is committed (thesis, section 6.4).
  if (!committed_in_term(self) && !planted(Mutant::kReadsBeforeNoOp)) {
    return;
  }
  for (const ReadToken token : rounds_.take_confirmed_reads()) {
    self.reads.push_back({token, self.log.commit()});
  }
}

void Leader::advance(Self& self) {
  const auto learners = [&] {
    LogIndex most;
    for (const Member& learner : self.configuration().learners()) {
      const Progress* progress = peer(learner.replica);
      most = progress != nullptr ? std::max(most, progress->match()) : most;
    }
    return most;
  };
  const auto durable = [&](ReplicaId replica) {
    if (replica == self.replica) {
      return planted(Mutant::kLeaderCountsUnpersisted) ? self.log.last().index : self.log.durable();
    }
    const Progress* progress = peer(replica);
    const LogIndex match =
        progress != nullptr && progress->counts() ? progress->match() : LogIndex(0);
    return planted(Mutant::kLearnerCounts) ? std::max(match, learners()) : match;
  };
  const LogIndex reached = quorum_value<LogIndex>(self.configuration(), durable);
  if (reached <= self.log.commit()) {
    return;
  }
  // Only entries of this term commit by counting; older ones with them (paper, figure 8).
  if (self.log.term_at(reached) != self.term() && !planted(Mutant::kCountsOldTerms)) {
    return;
  }
  self.log.commit_to(reached);
  wants_flush_ = true;
  answer_reads(self);
}

void Leader::snapshot_sent(ReplicaId to, std::optional<LogPosition> sent) {
  if (Progress* progress = peer(to); progress != nullptr) {
    progress->snapshot_done(sent ? sent->index : LogIndex(0));
  }
}

void Leader::unreachable(ReplicaId replica) {
  Progress* progress = peer(replica);
  if (progress != nullptr && progress->state() == ProgressState::kReplicate) {
    progress->probe();
    wants_flush_ = true;
  }
}

}  // namespace godwit::raft
