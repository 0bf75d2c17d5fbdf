// Commands about replicas and their disks.
#include <fmt/format.h>

#include "tests/scenarios/print.h"
#include "tests/scenarios/stage.h"

namespace godwit::scenarios {

Replica& Stage::create(raft::ReplicaId id) {
  auto& place = replicas_[id];
  place = std::make_unique<Replica>(id, options_);
  return *place;
}

// Bounds that a cluster or boot command may set for the replicas that it makes:
// [in_flight=N] [append_entries=N] [cache=BYTES] [uncommitted=BYTES] [reads=N]
void Stage::take_limits(const Words& words) {
  const auto limit = [&](std::string_view key, std::size_t& value) {
    if (const std::string given = words.value(key); !given.empty()) {
      value = number_of(given);
    }
  };
  limit("in_flight", options_.in_flight_appends_max);
  limit("append_entries", options_.append_entries_max);
  limit("cache", options_.log_cache_bytes_max);
  limit("uncommitted", options_.uncommitted_bytes_max);
  limit("reads", options_.reads_max);
  options_.election_timeout_max = options_.election_timeout_min;
}

// cluster 1,2,3 [learners=4] — replicas that all know each other and have nothing yet.
void Stage::cluster(const Words& words) {
  take_limits(words);
  raft::Configuration::Parts parts{.voters = members_of(words.plain().at(0)),
                                   .learners = members_of(words.value("learners"))};
  const auto configuration = raft::Configuration::make(std::move(parts));
  if (!configuration) {
    give_up("no such configuration");
  }
  for (const raft::Member& member : configuration->members()) {
    Replica& one = create(member.replica);
    one.boot({.applied = {.last = {}, .configuration = *configuration}});
    one.start(now_, {});
  }
}

// add 4 — a replica that knows nothing and nobody.
void Stage::add(const Words& words) {
  Replica& one = create(raft::ReplicaId(number_of(words.plain().at(0))));
  one.boot({});
  one.start(now_, {});
}

// boot 1 voters=1,2,3 term=8 [vote=2] log=1,1,4 — with one command of each of these terms.
void Stage::boot(const Words& words) {
  take_limits(words);
  Replica& one = create(raft::ReplicaId(number_of(words.plain().at(0))));
  raft::Recovered recovered{
      .hard_state = {.term = raft::Term(number_of(words.value("term")))},
      .applied = {
          .last = {},
          .configuration =
              raft::Configuration::make({.voters = members_of(words.value("voters"))}).value()}};
  if (const std::string vote = words.value("vote"); !vote.empty()) {
    recovered.hard_state.vote = raft::ReplicaId(number_of(vote));
  }
  raft::LogIndex index;
  for (const std::string& term : split(words.value("log"), ',')) {
    index = next(index);
    recovered.entries.push_back({raft::Term(number_of(term)), index, raft::EntryKind::kCommand,
                                 raft::make_payload(as_bytes(fmt::format("c{}", index.value())))});
  }
  one.boot(std::move(recovered));
  one.start(now_, {});
}

// crash 1 — what is not durable is gone.
void Stage::crash(const Words& words) { running(words).crash(); }

// restart 1 [lose=N] [lose-vote] [damaged] [amnesiac] — from what is durable, judged by the end
// marker. `lose`: the log ends at N, as if the rest had never been written; `lose-vote`: so does
// the last term or vote; `damaged`: the disk has noticed; `amnesiac`: the end marker says so
// already.
void Stage::restart(const Words& words) {
  Replica& one = replica(words.plain().at(0));
  if (one.runs()) {
    give_up("it has to crash first");
  }
  if (const std::string last = words.value("lose"); !last.empty()) {
    one.lose_after(raft::LogIndex(number_of(last)));
  }
  if (words.has("lose-vote")) {
    one.lose_hard_state();
  }
  one.start(now_, {.damaged = words.has("damaged"), .amnesiac = words.has("amnesiac")});
}

// mark 1 — the end marker learns how far the log is durable.
void Stage::mark(const Words& words) { running(words).mark(); }

// storage 1 by-hand|at-once
void Stage::storage(const Words& words) {
  replica(words.plain().at(0)).writes_by_hand = words.has("by-hand");
}

// persist 1 [n=1] — the oldest writes are done.
void Stage::persist(const Words& words) {
  Replica& one = running(words);
  const std::string count = words.value("n");
  for (std::uint64_t left = count.empty() ? one.writes() : number_of(count); left > 0; --left) {
    if (!one.write_one()) {
      tell("nothing to write");
      return;
    }
  }
}

// compact 1 5 — the state at 5 is saved, and the log up to there dropped.
void Stage::compact(const Words& words) {
  running(words).compact(raft::LogIndex(number_of(words.plain().at(1))));
}

// fetch 1 — entries that were asked for come from the disk.
void Stage::fetch(const Words& words) { running(words).answer_fetches(); }

// snapshot 1 [fails] — sends each peer that needs one a snapshot of this state.
void Stage::snapshot(const Words& words) {
  Replica& one = running(words);
  for (const raft::ReplicaId to : std::exchange(one.snapshots_wanted, {})) {
    const raft::InstallSnapshot snapshot = one.snapshot();
    if (words.has("fails")) {
      one.raft->snapshot_sent(to, std::nullopt);
      continue;
    }
    on_the_way_.push_back({raft::GroupId(1), one.id, to, one.raft->term(), snapshot});
    one.raft->snapshot_sent(to, snapshot.meta.last);
  }
}

}  // namespace godwit::scenarios
