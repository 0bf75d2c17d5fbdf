#include "tests/scenarios/replica.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "tests/scenarios/print.h"
#include "tests/scenarios/script.h"

namespace godwit::scenarios {

Replica::Replica(raft::ReplicaId its_id, const raft::Options& options)
    : id(its_id), options_(options) {}

void Replica::boot(raft::Recovered recovered) {
  hard_state_ = hard_state_before_ = marker_.hard_state = recovered.hard_state;
  saved_ = recovered.applied;
  log_first_ = recovered.log_first;
  for (raft::Entry& entry : recovered.entries) {
    log_.emplace(entry.index, entry);
  }
}

void Replica::start(Instant at, Damage damage) {
  now = at;
  applied = saved_state_;
  applied_meta_ = saved_;
  marker_.hard_state.amnesiac = marker_.hard_state.amnesiac || damage.amnesiac;
  raft::Recovered recovered{.hard_state = hard_state_, .applied = saved_, .log_first = log_first_};
  for (const auto& [index, entry] : log_) {
    if (index > saved_.last.index) {
      recovered.entries.push_back(entry);
    }
  }
  raft = std::make_unique<raft::Raft>(
      raft::Setup{.identity = {raft::GroupId(1), id},
                  .options = options_,
                  .recovered = replica::judge(
                      {.recovered = std::move(recovered), .damaged = damage.damaged}, marker_),
                  .random = random,
                  .probe = probe},
      now);
}

void Replica::crash() {
  raft.reset();
  pending_.clear();
  released_.clear();
  snapshots_wanted.clear();
  fetches.clear();
}

bool Replica::write_one() {
  if (pending_.empty()) {
    return false;
  }
  raft::Persist persist = std::move(pending_.front());
  pending_.pop_front();
  write(persist);
  for (raft::Message& message : persist.messages) {
    released_.push_back(std::move(message));
  }
  if (persist.snapshot) {
    load(*persist.snapshot);
  }
  raft->persisted(persist.number);
  return true;
}

void Replica::write(const raft::Persist& persist) {
  if (persist.hard_state) {
    hard_state_before_ = hard_state_;
    hard_state_ = marker_.hard_state = *persist.hard_state;
  }
  if (persist.snapshot) {
    log_.clear();
    log_first_ = next(persist.snapshot->meta.last.index);
  }
  if (!persist.entries.empty()) {
    log_.erase(log_.lower_bound(persist.entries.front().index), log_.end());
    for (const raft::Entry& entry : persist.entries) {
      log_.emplace(entry.index, entry);
    }
  }
}

void Replica::load(const raft::InstallSnapshot& snapshot) {
  saved_ = applied_meta_ = snapshot.meta;
  saved_state_ = applied = split(as_text(*snapshot.data), ' ');
}

raft::InstallSnapshot Replica::snapshot() const {
  return {applied_meta_, raft::make_payload(as_bytes(fmt::format("{}", fmt::join(applied, " "))))};
}

void Replica::settle(std::vector<raft::Message>& out, std::string& told) {
  const auto move_all = [&](std::vector<raft::Message>& messages) {
    for (raft::Message& message : messages) {
      out.push_back(std::move(message));
    }
    messages.clear();
  };
  move_all(released_);
  while (runs() && raft->has_ready()) {
    raft::Ready ready = raft->ready();
    if (ready.role) {
      told += fmt::format("{}: {}\n", id.value(), text_of(*ready.role));
    }
    move_all(ready.messages);
    if (ready.persist) {
      pending_.push_back(*std::move(ready.persist));
      while (!writes_by_hand && write_one()) {
      }
      move_all(released_);
    }
    for (const raft::Entry& entry : ready.committed) {
      apply(entry, told);
    }
    for (const raft::ReadState& read : ready.reads) {
      told +=
          fmt::format("{}: read {} at {}\n", id.value(), read.token.value(), read.index.value());
    }
    for (const raft::ReadToken token : ready.lost_reads) {
      told += fmt::format("{}: read {} lost\n", id.value(), token.value());
    }
    for (const raft::ReplicaId to : ready.snapshots) {
      told += fmt::format("{}: {} needs a snapshot\n", id.value(), to.value());
      snapshots_wanted.push_back(to);
    }
    for (const raft::Fetch& fetch : ready.fetches) {
      told += fmt::format("{}: {} needs entries from {} on, from disk\n", id.value(),
                          fetch.to.value(), fetch.first.value());
      fetches.push_back(fetch);
    }
  }
}

void Replica::apply(const raft::Entry& entry, std::string& told) {
  applied_meta_.last = entry.position();
  if (entry.kind == raft::EntryKind::kCommand) {
    applied.emplace_back(as_text(entry.bytes()));
    told += fmt::format("{}: applies {} at {}\n", id.value(), as_text(entry.bytes()),
                        entry.index.value());
  } else if (entry.kind == raft::EntryKind::kConfiguration) {
    applied_meta_.configuration = raft::Configuration::decode(entry.bytes()).value();
    told += fmt::format("{}: applies {} at {}\n", id.value(), text_of(applied_meta_.configuration),
                        entry.index.value());
  }
}

void Replica::compact(raft::LogIndex index) {
  if (index != applied_meta_.last.index) {
    give_up("only what is applied, and all of it, can be saved and compacted here");
  }
  saved_ = applied_meta_;
  saved_state_ = applied;
  log_.erase(log_.begin(), log_.upper_bound(index));
  log_first_ = next(index);
  raft->compacted(index);
}

void Replica::mark() {
  marker_.acknowledged = log_.empty() ? saved_.last : log_.rbegin()->second.position();
}

void Replica::lose_after(raft::LogIndex index) { log_.erase(log_.upper_bound(index), log_.end()); }

void Replica::answer_fetches() {
  for (const raft::Fetch& fetch : std::exchange(fetches, {})) {
    raft::Fetched fetched{.to = fetch.to};
    const auto before = log_.find(previous(fetch.first));
    if (before != log_.end()) {
      fetched.previous = before->second.position();
    }
    for (auto entry = log_.find(fetch.first);
         entry != log_.end() && fetched.entries.size() < fetch.entries_max; ++entry) {
      fetched.entries.push_back(entry->second);
    }
    raft->fetched(std::move(fetched));
  }
}

}  // namespace godwit::scenarios
