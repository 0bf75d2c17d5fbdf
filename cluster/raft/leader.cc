// The leader's state and requests; leader_replies.cc has what it does with answers, and
// leader_sending.cc what it sends.
#include "cluster/raft/leader.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "cluster/raft/mutant.h"
#include "cluster/raft/quorum.h"

namespace godwit::raft {

Leader::Leader(Self& self) : rounds_(self.now), next_heartbeat_(self.now) {
  follow_configuration(self);
  // Only an entry of its own term lets a leader know what is committed (paper, section 5.4.2).
  term_start_ = next(self.log.last().index);
  if (!planted(Mutant::kNoNoOp)) {
    append(self, EntryKind::kNoOp, std::array{Payload()});
  }
}

Progress* Leader::peer(ReplicaId replica) {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const Progress& progress) {
    return progress.replica() == replica;
  });
  return found == peers_.end() ? nullptr : &*found;
}

void Leader::follow_configuration(const Self& self) {
  std::vector<Progress> now;
  for (const Member& member : self.configuration().members()) {
    if (member.replica == self.replica) {
      continue;
    }
    const Progress* known = peer(member.replica);
    now.push_back(known != nullptr ? *known
                                   : Progress(member.replica, next(self.log.last().index)));
  }
  peers_ = std::move(now);
}

bool Leader::committed_in_term(const Self& self) const { return self.log.commit() >= term_start_; }

LogPosition Leader::append(Self& self, EntryKind kind, std::span<const Payload> batch) {
  for (const Payload& payload : batch) {
    self.append({self.term(), next(self.log.last().index), kind, payload});
  }
  if (kind == EntryKind::kConfiguration) {
    // In force from now on (thesis, section 4.1).
    follow_configuration(self);
  }
  wants_flush_ = true;
  return self.log.last();
}

std::optional<ProposeError> Leader::refuses_proposals(const Self& self) const {
  if (transfer_) {
    return ProposeError::kTransferring;
  }
  if (self.log.uncommitted_bytes() > self.options.uncommitted_bytes_max) {
    return ProposeError::kBusy;
  }
  return std::nullopt;
}

std::optional<ProposeError> Leader::refuses_change(const Self& self) const {
  if (transfer_) {
    return ProposeError::kTransferring;
  }
  // The bug in the first description of membership changes: without a commit in its own term a
  // leader may not know of a change that is committed already.
  if (!committed_in_term(self) && !planted(Mutant::kChangesBeforeNoOp)) {
    return ProposeError::kNoCommitYet;
  }
  const bool pending = self.configurations.latest_index() > self.log.commit();
  if ((pending || self.configuration().joint()) && !planted(Mutant::kChangesOverlap)) {
    return ProposeError::kChangePending;
  }
  return std::nullopt;
}

std::optional<ProposeError> Leader::read(const Self& self, ReadToken token) {
  if (rounds_.reads() >= self.options.reads_max) {
    return ProposeError::kBusy;
  }
  rounds_.add_read(token);
  return std::nullopt;
}

std::optional<ProposeError> Leader::transfer(const Self& self, ReplicaId target) {
  if (transfer_) {
    return ProposeError::kTransferring;
  }
  if (target == self.replica || !self.configuration().is_voter(target)) {
    return ProposeError::kNotAVoter;
  }
  transfer_ = Transfer{target, self.now + self.options.election_timeout_min};
  wants_flush_ = true;
  return std::nullopt;
}

Transition Leader::tick(Self& self) {
  if (transfer_ && self.now >= transfer_->deadline) {
    transfer_.reset();
  }
  if (self.now >= next_heartbeat_) {
    // On the same instants for all groups of a node, so that their heartbeats share a frame.
    const Duration interval = self.options.heartbeat_interval;
    next_heartbeat_ = Instant((self.now.time_since_epoch() / interval + 1) * interval);
    begin_round(self);
  }
  // Without a quorum for that long others may have elected a leader (thesis, section 6.2).
  if (self.now >= rounds_.alive_at() + self.options.election_timeout_min &&
      !planted(Mutant::kNoCheckQuorum)) {
    self.probe.leader_without_quorum();
    return BecomeFollower{};
  }
  return Stay{};
}

Instant Leader::deadline(const Self& self) const {
  Instant soonest =
      std::min(next_heartbeat_, rounds_.alive_at() + self.options.election_timeout_min);
  return transfer_ ? std::min(soonest, transfer_->deadline) : soonest;
}

std::optional<Instant> Leader::lease_until(const Self& self) const {
  if (!rounds_.confirmed_at() || (lease_given_up_ && !planted(Mutant::kLeaseOutlivesTransfer))) {
    return std::nullopt;
  }
  // Whoever answered that round votes for nobody before this, by a clock that runs a little faster.
  return *rounds_.confirmed_at() +
         self.options.election_timeout_min * (100 - self.options.lease_margin_percent) / 100;
}

}  // namespace godwit::raft
