// A core alone, with a storage that is durable at once or when it is told; and a few of them that
// hear each other.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "cluster/raft/raft.h"

namespace godwit::raft {

inline std::vector<Member> members(std::initializer_list<std::uint64_t> ids) {
  std::vector<Member> list;
  for (const std::uint64_t id : ids) {
    list.push_back({ReplicaId(id), NodeId(id)});
  }
  return list;
}

inline Configuration voters(std::initializer_list<std::uint64_t> ids,
                            std::initializer_list<std::uint64_t> learners = {}) {
  return Configuration::make({.voters = members(ids), .learners = members(learners)}).value();
}

inline LogPosition at(std::uint64_t term, std::uint64_t index) {
  return {Term(term), LogIndex(index)};
}

inline Entry entry(std::uint64_t term, std::uint64_t index, std::size_t size = 1) {
  return {Term(term), LogIndex(index), EntryKind::kCommand,
          std::make_shared<const Bytes>(size, std::byte{7})};
}

// Entries of these terms, from this index on.
inline std::vector<Entry> entries(std::uint64_t first, const std::vector<std::uint64_t>& terms) {
  std::vector<Entry> list;
  for (const std::uint64_t term : terms) {
    list.push_back(entry(term, first++));
  }
  return list;
}

// A log of these terms, in its last term or a later one.
inline Recovered recovered(const Configuration& configuration,
                           const std::vector<std::uint64_t>& terms, std::uint64_t term = 0) {
  Recovered found{.applied = {{}, configuration}, .entries = entries(1, terms)};
  found.hard_state.term = Term(std::max(term, terms.empty() ? 0 : terms.back()));
  return found;
}

class ReplicaKit : private Random {
 public:
  explicit ReplicaKit(std::uint64_t self, std::initializer_list<std::uint64_t> ids,
                      const Options& options = {})
      : ReplicaKit(self, recovered(voters(ids), {}), options) {}
  ReplicaKit(std::uint64_t self, const Recovered& start, const Options& options = {})
      : disk(start), self_(self) {
    raft = std::make_unique<Raft>(Setup{.identity = {GroupId(1), ReplicaId(self)},
                                        .options = options,
                                        .recovered = start,
                                        .random = *this,
                                        .probe = probe},
                                  now);
  }

  // Takes what there is to do, and does it; writes only if they are durable at once.
  void settle() {
    while (raft->has_ready()) {
      Ready ready = raft->ready();
      keep(std::move(ready.messages));
      append_to(applied, ready.committed);
      append_to(reads, ready.reads);
      append_to(lost_reads, ready.lost_reads);
      append_to(fetches, ready.fetches);
      append_to(snapshots, ready.snapshots);
      if (ready.persist) {
        writes.push_back(*std::move(ready.persist));
      }
      if (durable_at_once) {
        write_all();
      }
    }
  }
  // The storage has done everything it was asked for.
  void write_all() {
    while (!writes.empty()) {
      Persist persist = std::move(writes.front());
      writes.pop_front();
      put_on_disk(persist);
      keep(std::move(persist.messages));
      raft->persisted(persist.number);
    }
  }

  Result<void, Refusal> step(std::uint64_t from, std::uint64_t term, MessageBody body) {
    return receive({GroupId(1), ReplicaId(from), ReplicaId(self_), Term(term), std::move(body)});
  }
  Result<void, Refusal> receive(Message message) {
    auto result = raft->step(std::move(message), now);
    settle();
    return result;
  }
  void pass(Duration time) {
    now += time;
    raft->tick(now);
    settle();
  }

  // Stands for election, and asks for votes if pre-votes are given by these.
  void stand(std::initializer_list<std::uint64_t> pre_voters) {
    pass(std::max(raft->next_deadline() - now, Duration(0)));
    const std::uint64_t next_term = raft->term().value() + 1;
    for (const std::uint64_t other : pre_voters) {
      static_cast<void>(step(other, next_term, VoteReply{.granted = true, .pre_vote = true}));
    }
  }
  // Leads in the next term, with all that these others have acknowledged.
  [[nodiscard]] bool lead(std::initializer_list<std::uint64_t> others) {
    stand(others);
    for (const std::uint64_t other : others) {
      static_cast<void>(step(other, raft->term().value(), VoteReply{.granted = true}));
    }
    acknowledge(others);
    return raft->leader() != nullptr && raft->commit() == raft->log().last().index;
  }
  // These have everything durable, as far as it goes.
  void acknowledge(std::initializer_list<std::uint64_t> others) {
    const LogIndex last = raft->log().last().index;
    for (const std::uint64_t other : others) {
      static_cast<void>(step(other, raft->term().value(),
                             AppendReply{.round = round(), .matched = last, .last = last}));
    }
  }
  // These answer the newest round.
  void answer_round(std::initializer_list<std::uint64_t> others) {
    for (const std::uint64_t other : others) {
      static_cast<void>(step(other, raft->term().value(),
                             HeartbeatReply{.round = round(), .last = raft->log().last().index}));
    }
  }
  [[nodiscard]] Round round() const {
    return raft->leader() != nullptr ? raft->leader()->rounds().current() : Round(0);
  }
  [[nodiscard]] Result<Proposed, ProposeError> propose(std::string_view text = "x") {
    const Payload payload = make_payload(as_bytes(text));
    auto result = raft->propose(std::span(&payload, 1));
    settle();
    return result;
  }

  [[nodiscard]] RoleName role() const { return raft->role().role; }
  [[nodiscard]] ReplicaId leader() const { return raft->role().leader; }
  [[nodiscard]] std::uint64_t term() const { return raft->term().value(); }
  [[nodiscard]] std::uint64_t commit() const { return raft->commit().value(); }
  // Of what is in memory.
  [[nodiscard]] std::vector<std::uint64_t> log_terms() const {
    std::vector<std::uint64_t> terms;
    const Log& log = raft->log();
    for (LogIndex index = next(log.memory_start().index); index <= log.last().index;
         index = next(index)) {
      terms.push_back(log.term_at(index).value().value());
    }
    return terms;
  }

  // The last message sent, which must be of this kind.
  template <class Body>
  [[nodiscard]] const Body& last() const {
    return std::get<Body>(sent.back().body);
  }
  // Who was sent messages of this kind since `sent` was cleared.
  template <class Body>
  [[nodiscard]] std::vector<std::uint64_t> told() const {
    std::vector<std::uint64_t> to;
    for (const Message& message : sent) {
      if (std::holds_alternative<Body>(message.body)) {
        to.push_back(message.to.value());
      }
    }
    return to;
  }

  MetricSheet sheet;
  Probe probe{sheet};
  Instant now{};
  std::uint64_t chance = 0;  // What is drawn.
  bool durable_at_once = true;
  Recovered disk;  // What a restart would find.
  std::deque<Persist> writes;
  std::unique_ptr<Raft> raft;
  std::vector<Message> sent;
  std::vector<Entry> applied;
  std::vector<ReadState> reads;
  std::vector<ReadToken> lost_reads;
  std::vector<Fetch> fetches;
  std::vector<ReplicaId> snapshots;

 private:
  std::uint64_t next_u64() override { return chance; }
  template <class Item>
  static void append_to(std::vector<Item>& to, const std::vector<Item>& items) {
    to.insert(to.end(), items.begin(), items.end());
  }
  void keep(std::vector<Message> messages) {
    for (Message& message : messages) {
      sent.push_back(std::move(message));
    }
  }
  void put_on_disk(const Persist& persist) {
    disk.hard_state = persist.hard_state.value_or(disk.hard_state);
    if (persist.snapshot) {
      disk.applied = persist.snapshot->meta;
      disk.log_first = next(disk.applied.last.index);
      disk.entries.clear();
    }
    for (const Entry& one : persist.entries) {
      disk.entries.resize(one.index.value() - disk.applied.last.index.value() - 1);
      disk.entries.push_back(one);
    }
  }

  std::uint64_t self_;
};

// A few replicas, of which those that are not cut off hear each other.
class GroupKit {
 public:
  ReplicaKit& add(std::uint64_t id, const Recovered& start, const Options& options = {}) {
    return *(replicas_[id] = std::make_unique<ReplicaKit>(id, start, options));
  }
  ReplicaKit& operator[](std::uint64_t id) { return *replicas_.at(id); }

  void cut(std::uint64_t id) { cut_off_.insert(id); }
  void heal() { cut_off_.clear(); }

  // Carries messages until nobody says anything more.
  void deliver() {
    for (bool again = true; again;) {
      again = false;
      for (auto& [id, replica] : replicas_) {
        replica->settle();
        for (Message& message : std::exchange(replica->sent, {})) {
          again = true;
          carry(std::move(message));
        }
      }
    }
  }
  // Time passes for all in steps, and messages are carried in between.
  void pass(Duration time, Duration step = std::chrono::milliseconds(50)) {
    for (; time > Duration(0); time -= step) {
      for (auto& [id, replica] : replicas_) {
        replica->pass(step);
      }
      deliver();
    }
  }
  // Lets this one stand at once, by a clock that is ahead, and the others have heard nobody.
  void elect(std::uint64_t id) {
    for (auto& [other, replica] : replicas_) {
      replica->now += Options().election_timeout_min;
    }
    replicas_.at(id)->pass(std::chrono::seconds(1));
    deliver();
  }

 private:
  void carry(Message message) {
    const auto to = replicas_.find(message.to.value());
    if (to != replicas_.end() && !cut_off_.contains(message.from.value()) &&
        !cut_off_.contains(message.to.value())) {
      static_cast<void>(to->second->receive(std::move(message)));
    }
  }

  std::map<std::uint64_t, std::unique_ptr<ReplicaKit>> replicas_;
  std::set<std::uint64_t> cut_off_;
};

}  // namespace godwit::raft
