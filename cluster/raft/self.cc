#include "cluster/raft/self.h"

#include "base/check.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {

Self::Self(Setup setup, Instant start)
    : group(setup.identity.group),
      replica(setup.identity.replica),
      options(setup.options),
      probe(setup.probe),
      log(setup.recovered.applied.last, setup.recovered.log_first,
          std::move(setup.recovered.entries)),
      configurations(setup.recovered.applied.last.index,
                     std::move(setup.recovered.applied.configuration)),
      now(start),
      // Whether a leader was heard just before the restart is not on disk, so it is assumed.
      heard_leader_at(planted(Mutant::kVotesAfterRestart) ? Instant() : start),
      random_(setup.random),
      hard_state_(setup.recovered.hard_state) {
  CHECK(replica != ReplicaId(0));
  CHECK(hard_state_.term >= log.last().term || planted(Mutant::kForgetsTerm) ||
        planted(Mutant::kForgetsVote));
  for (LogIndex index = next(log.memory_start().index); index <= log.last().index;
       index = next(index)) {
    const Entry entry = log.entries_from(index, 1, 0).front();
    if (entry.kind == EntryKind::kConfiguration) {
      auto configuration = Configuration::decode(entry.bytes());
      CHECK(configuration.has_value());
      configurations.append(index, *std::move(configuration));
    }
  }
}

void Self::enter(Term term) {
  CHECK(term > hard_state_.term && term <= kTermMax);
  hard_state_.term = term;
  hard_state_.vote = ReplicaId(0);
  hard_state_changed_ = !planted(Mutant::kForgetsTerm);
}

void Self::vote_for(ReplicaId candidate) {
  CHECK(hard_state_.vote == ReplicaId(0) || hard_state_.vote == candidate ||
        planted(Mutant::kVotesTwice));
  if (hard_state_.vote != candidate) {
    hard_state_.vote = candidate;
    hard_state_changed_ = true;
  }
}

void Self::become_amnesiac() {
  if (!hard_state_.amnesiac) {
    hard_state_.amnesiac = true;
    hard_state_changed_ = true;
  }
}

void Self::append(Entry entry) {
  if (entry.kind == EntryKind::kConfiguration) {
    auto configuration = Configuration::decode(entry.bytes());
    CHECK(configuration.has_value());
    configurations.append(entry.index, *std::move(configuration));
  }
  log.append(std::move(entry));
}

void Self::truncate_from(LogIndex index) {
  log.truncate_from(index);
  configurations.truncate_from(index);
}

void Self::install(InstallSnapshot snapshot) {
  const LogPosition last = snapshot.meta.last;
  log.reset(last);
  configurations = ConfigurationHistory(last.index, planted(Mutant::kSnapshotLosesConfiguration)
                                                        ? configuration()
                                                        : snapshot.meta.configuration);
  snapshot_ = std::move(snapshot);
}

void Self::send_in(Term term, ReplicaId to, MessageBody body) {
  messages_.push_back({group, replica, to, term, std::move(body)});
}

void Self::send_when_durable(ReplicaId to, MessageBody body, std::optional<Mutant> too_soon) {
  if (too_soon && planted(*too_soon)) {
    send(to, std::move(body));
    return;
  }
  durable_messages_.push_back({group, replica, to, term(), std::move(body)});
}

Duration Self::draw_election_timeout() {
  const auto spread = options.election_timeout_max - options.election_timeout_min;
  const auto steps = static_cast<std::uint64_t>(spread.count()) + 1;
  return options.election_timeout_min +
         Duration(static_cast<Duration::rep>(random_.next_u64() % steps));
}

bool Self::persisted(PersistNumber number) {
  CHECK(number > durable_request_ && number <= last_request_);
  durable_request_ = number;
  return log.persisted(number);
}

bool Self::has_output() const {
  return has_unpersisted() || log.has_committed() || !messages_.empty() ||
         !durable_messages_.empty() || !reads.empty() || !lost_reads.empty() || !fetches.empty() ||
         !snapshots.empty();
}

void Self::take_output(Ready& ready) {
  if (has_unpersisted() || (!durable_messages_.empty() && log.requests_pending())) {
    last_request_ = next(last_request_);
    Persist persist{.number = last_request_,
                    .snapshot = std::exchange(snapshot_, std::nullopt),
                    .entries = log.take_unasked(),
                    .messages = std::exchange(durable_messages_, {})};
    if (std::exchange(hard_state_changed_, false)) {
      persist.hard_state = hard_state_;
      hard_state_request_ = last_request_;
      if (planted(Mutant::kForgetsVote)) {
        persist.hard_state->vote = ReplicaId(0);
      }
    }
    log.requested(last_request_);
    ready.persist = std::move(persist);
  }
  ready.messages = std::exchange(messages_, {});
  // Nothing is on its way to the disk, so all of it is durable.
  for (Message& message : durable_messages_) {
    ready.messages.push_back(std::move(message));
  }
  durable_messages_.clear();
  ready.committed = log.take_committed(options.apply_bytes_max);
  ready.reads = std::exchange(reads, {});
  ready.lost_reads = std::exchange(lost_reads, {});
  ready.fetches = std::exchange(fetches, {});
  ready.snapshots = std::exchange(snapshots, {});
  log.trim(options.log_cache_bytes_max);
  configurations.forget_before(log.applied());
}

}  // namespace godwit::raft
