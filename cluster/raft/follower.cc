#include "cluster/raft/follower.h"

#include <algorithm>

#include "base/check.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {
namespace {

// Leaves the entries of `request` that are not committed here, behind a `previous` that is not
// before the commit, unless there are none.
void skip_committed(const Log& log, AppendRequest& request) {
  if (request.previous.index >= log.commit()) {
    return;
  }
  const std::uint64_t known = log.commit().value() - request.previous.index.value();
  const auto skipped = std::min<std::size_t>(known, request.entries.size());
  if (skipped > 0) {
    request.previous = request.entries[skipped - 1].position();
  }
  request.entries.erase(request.entries.begin(),
                        request.entries.begin() + static_cast<std::ptrdiff_t>(skipped));
}

}  // namespace

bool contradicts_committed(const Log& log, const AppendRequest& request) {
  const auto differs = [&](LogPosition position) {
    const auto term = log.term_at(position.index);
    return position.index <= log.commit() && term && *term != position.term;
  };
  return differs(request.previous) ||
         std::any_of(request.entries.begin(), request.entries.end(),
                     [&](const Entry& entry) { return differs(entry.position()); });
}

Follower::Follower(Self& self, ReplicaId leader)
    : leader_(leader), deadline_(self.now + self.draw_election_timeout()) {}

bool Follower::hear(Self& self, ReplicaId from) {
  if (leader_ != ReplicaId(0) && leader_ != from) {
    return false;
  }
  leader_ = from;
  self.heard_leader_at = self.now;
  wait_again(self);
  return true;
}

Transition Follower::tick(Self& self) {
  if (self.now < deadline_) {
    return Stay{};
  }
  if (!self.may_stand()) {
    // It only waits; and a deadline that has passed would keep its driver turning.
    wait_again(self);
    return Stay{};
  }
  return Campaign{.pre_vote = true};
}

void Follower::append(Self& self, AppendRequest request) {
  Log& log = self.log;
  skip_committed(log, request);
  const LogPosition previous = request.previous;
  const bool known = previous.index < log.commit() || log.matches(previous) ||
                     (previous.index <= log.last().index && planted(Mutant::kIgnoresPreviousTerm));
  if (!known) {
    reject(self, request);
    return;
  }
  const LogIndex end = plus(previous.index, request.entries.size());
  if (planted(Mutant::kTruncatesWithoutConflict) && end < log.last().index && log.commit() <= end) {
    self.truncate_from(next(end));
  }
  take_entries(self, std::move(request.entries));
  // An old message says less than is known; what is committed matches every leader.
  matched_ = std::max({matched_, std::min(end, log.last().index), log.commit()});
  learn_commit(self, request.commit);
  AppendReply reply{.round = request.round,
                    .matched = std::max(end, log.commit()),
                    .last = log.last().index,
                    .counts = !self.hard_state().amnesiac};
  self.send_when_durable(leader_, reply, Mutant::kFollowerAcksUnpersisted);
}

void Follower::reject(Self& self, const AppendRequest& request) const {
  const LogPosition previous = request.previous;
  self.send_when_durable(
      leader_,
      AppendReply{.round = request.round,
                  .last = self.log.last().index,
                  .counts = !self.hard_state().amnesiac,
                  .rejection = AppendRejection{
                      previous.index, self.log.last_not_after(previous.index, previous.term)}});
}

void Follower::take_entries(Self& self, std::vector<Entry> entries) {
  for (Entry& entry : entries) {
    const auto term = self.log.term_at(entry.index);
    if (term == entry.term) {
      continue;
    }
    if (term) {
      // The leader's log wins (paper, section 5.3); what is committed was skipped before.
      if (planted(Mutant::kKeepsConflict)) {
        continue;
      }
      self.probe.log_truncated(self.log.last().index.value() - entry.index.value() + 1);
      matched_ = std::min(matched_, previous(entry.index));
      self.truncate_from(entry.index);
    }
    self.append(std::move(entry));
  }
}

void Follower::learn_commit(Self& self, LogIndex commit) const {
  const LogIndex known = planted(Mutant::kCommitsUnmatched) ? self.log.last().index : matched_;
  self.log.commit_to(std::max(self.log.commit(), std::min(commit, known)));
}

void Follower::heartbeat(Self& self, const Heartbeat& heartbeat) {
  learn_commit(self, heartbeat.commit);
  const LogIndex received = std::max(matched_, self.log.commit());
  self.send(leader_, HeartbeatReply{.round = heartbeat.round,
                                    .received = received,
                                    .matched = self.hard_state_durable()
                                                   ? std::min(received, self.log.durable())
                                                   : LogIndex(0),
                                    .last = self.log.last().index,
                                    .counts = !self.hard_state().amnesiac});
}

void Follower::install(Self& self, InstallSnapshot snapshot) {
  const LogPosition last = snapshot.meta.last;
  Log& log = self.log;
  if (last.index > log.commit() || planted(Mutant::kSnapshotGoesBack)) {
    if (log.matches(last) ||
        (planted(Mutant::kSnapshotKeepsTail) && last.index <= log.last().index)) {
      // Everything up to there is here already (paper, figure 13, rule 6).
      matched_ = std::max(matched_, last.index);
      log.commit_to(std::max(log.commit(), last.index));
    } else {
      self.install(std::move(snapshot));
      matched_ = last.index;
    }
  }
  const AppendReply reply{.round = Round(0),
                          .matched = log.commit(),
                          .last = log.last().index,
                          .counts = !self.hard_state().amnesiac};
  self.send_when_durable(leader_, reply, Mutant::kSnapshotAckedUnpersisted);
}

Transition Follower::timeout_now(const Self& self, ReplicaId from) const {
  if (from != leader_ || !self.may_stand()) {
    return Stay{};
  }
  return Campaign{.pre_vote = false, .transfer = true};
}

void Follower::outcast(Self& self, ReplicaId from, const Outcast& outcast) const {
  // Only the leader can tell, and only of what is indeed not here.
  if (from == leader_ && outcast.acknowledged > self.log.last().index) {
    self.probe.replica_forgot();
    self.become_amnesiac();
  }
}

}  // namespace godwit::raft
