// What the leader sends: rounds of heartbeats, entries as far as each peer's window allows, and the
// end of a transfer or of its own membership.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "cluster/raft/leader.h"
#include "cluster/raft/mutant.h"
#include "cluster/raft/raft.h"

namespace godwit::raft {

void Leader::begin_round(Self& self) {
  const Round round = rounds_.begin(self.now);
  for (Progress& progress : peers_) {
    self.send(progress.replica(), Heartbeat{self.log.commit(), round});
    progress.told_commit(self.log.commit());
  }
  // A sole voter is its own quorum.
  confirm_rounds(self);
}

void Leader::send_append(Self& self, Progress& progress, LogPosition before,
                         std::vector<Entry> entries) {
  std::size_t bytes = 0;
  for (const Entry& entry : entries) {
    bytes += entry.size_bytes();
  }
  progress.sent(plus(before.index, entries.size()), bytes, rounds_.current());
  progress.told_commit(self.log.commit());
  self.send(progress.replica(), AppendRequest{.previous = before,
                                              .commit = self.log.commit(),
                                              .round = rounds_.current(),
                                              .entries = std::move(entries)});
}

void Leader::send_entries(Self& self, Progress& progress) {
  const Log& log = self.log;
  while (progress.may_send(self.options)) {
    const LogIndex first = progress.next_index();
    const bool probing = progress.state() == ProgressState::kProbe;
    if (first > log.last().index && !probing) {
      return;
    }
    if (first < log.first_on_disk()) {
      self.probe.snapshot_wanted();
      progress.await_snapshot();
      self.snapshots.push_back(progress.replica());
      return;
    }
    if (first <= log.memory_start().index) {
      progress.fetch();
      self.fetches.push_back({progress.replica(), first, self.options.append_entries_max,
                              self.options.append_bytes_max});
      return;
    }
    const LogIndex before = previous(first);
    send_append(
        self, progress, {log.term_at(before).value(), before},
        log.entries_from(first, self.options.append_entries_max, self.options.append_bytes_max));
  }
}

void Leader::fetched(Self& self, Fetched fetched) {
  Progress* progress = peer(fetched.to);
  if (progress == nullptr || progress->state() != ProgressState::kFetch) {
    return;
  }
  wants_flush_ = true;
  if (fetched.entries.empty()) {
    self.probe.snapshot_wanted();
    progress->await_snapshot();
    self.snapshots.push_back(fetched.to);
    return;
  }
  progress->fetched();
  // More than was asked for would be refused by the peer, again and again.
  CHECK(fetched.entries.size() <= self.options.append_entries_max);
  if (next(fetched.previous.index) == progress->next_index()) {
    send_append(self, *progress, fetched.previous, std::move(fetched.entries));
  }
}

void Leader::continue_transfer(Self& self) {
  if (!transfer_ || transfer_->asked) {
    return;
  }
  const Progress* target = peer(transfer_->target);
  if (target == nullptr) {
    transfer_.reset();  // A change of the configuration took it away.
    return;
  }
  if (target->match() != self.log.last().index && !planted(Mutant::kTransferInHaste)) {
    return;
  }
  transfer_->asked = true;
  // The message may arrive at any later time, and whoever it makes stand needs no silence of ours.
  lease_given_up_ = true;
  self.send(target->replica(), TimeoutNow{});
}

void Leader::leave_joint(Self& self) {
  const bool committed = self.configurations.latest_index() <= self.log.commit();
  if (committed && self.configuration().joint() && !planted(Mutant::kStaysJoint)) {
    append(self, EntryKind::kConfiguration,
           std::array{make_payload(self.configuration().without_outgoing().encode())});
  }
}

Transition Leader::flush(Self& self) {
  // Here and not where the commit is noticed: that is in the middle of a peer's answer, and the
  // peers are about to change.
  leave_joint(self);
  wants_flush_ = false;
  if (rounds_.wants_round()) {
    begin_round(self);
  }
  continue_transfer(self);
  for (Progress& progress : peers_) {
    send_entries(self, progress);
    if (progress.told_commit() < self.log.commit() &&
        progress.state() == ProgressState::kReplicate) {
      self.send(progress.replica(), Heartbeat{self.log.commit(), rounds_.current()});
      progress.told_commit(self.log.commit());
    }
  }
  const Configuration& configuration = self.configuration();
  const bool left = !configuration.is_voter(self.replica) &&
                    self.configurations.latest_index() <= self.log.commit();
  // The last message said that the change is committed (thesis, section 4.2.2).
  return left && !planted(Mutant::kRemovedLeaderStays) ? Transition(BecomeFollower{})
                                                       : Transition(Stay{});
}

}  // namespace godwit::raft
