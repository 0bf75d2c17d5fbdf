#include "cluster/replica/driver.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "cluster/replica/end_marker.h"
#include "cluster/replica/mutant.h"

namespace godwit::replica {

Driver::Driver(const Ports& ports, const DriverOptions& options)
    : ports_(ports), options_(options) {}

Driver::~Driver() = default;

void Driver::add(raft::Identity identity, raft::Recovered recovered) {
  CHECK(!groups_.contains(identity.group));
  auto added = std::make_unique<Group>(raft::Setup{.identity = identity,
                                                   .options = options_.raft,
                                                   .recovered = std::move(recovered),
                                                   .random = ports_.random,
                                                   .probe = ports_.probe},
                                       ports_.clock.now());
  touch(*added);
  groups_.emplace(identity.group, std::move(added));
}

void Driver::remove(raft::GroupId group) {
  groups_.erase(group);
  std::erase(dirty_, group);
}

Group* Driver::group(raft::GroupId id) {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second.get();
}

const raft::Raft* Driver::find(raft::GroupId group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second->raft;
}

void Driver::touch(Group& group) {
  if (!std::exchange(group.dirty, true)) {
    dirty_.push_back(group.id);
  }
}

// --- what has arrived ----------------------------------------------------------------------------

void Driver::receive(NodeId from, Frame frame) {
  const Instant now = ports_.clock.now();
  for (raft::Message& message : frame.messages) {
    Group* to = group(message.group);
    if (to == nullptr) {
      ports_.probe.message_for_nobody();
      continue;
    }
    const raft::ReplicaId sender = message.from;
    // Refusals are counted by the core.
    if (to->raft.step(std::move(message), now)) {
      to->note_address(sender, from);
    }
    touch(*to);
  }
}

void Driver::written(WriteNumber number) {
  CHECK(!writes_.empty() && writes_.front().number == number);
  const Write write = std::move(writes_.front());
  writes_.pop_front();
  for (const Write::Part& part : write.parts) {
    Group* to = group(part.group);
    if (to == nullptr || to->replica != part.replica) {
      continue;  // Removed meanwhile.
    }
    Group::Waiting waiting = to->take_written(part.persist);
    if (waiting.snapshot && !planted(Mutant::kSkipsInstall)) {
      ports_.state_machine.install(to->id, *waiting.snapshot);
    }
    if (waiting.snapshot) {
      to->installed(waiting.snapshot->meta);
    }
    post(*to, std::move(waiting.messages), waiting_messages_);
    to->raft.persisted(part.persist);
    touch(*to);
  }
}

void Driver::fetched(raft::GroupId group_id, raft::Fetched fetched) {
  if (Group* to = group(group_id)) {
    to->raft.fetched(std::move(fetched));
    touch(*to);
  }
}

void Driver::snapshot_sent(raft::GroupId group_id, raft::ReplicaId to,
                           std::optional<raft::LogPosition> sent) {
  if (Group* from = group(group_id)) {
    from->raft.snapshot_sent(to, sent);
    touch(*from);
  }
}

void Driver::unreachable(NodeId node) {
  for (const auto& [id, one] : groups_) {
    for (const raft::Member& member : one->raft.configuration().members()) {
      if (member.node == node) {
        one->raft.unreachable(member.replica);
        touch(*one);
      }
    }
  }
}

// --- requests ------------------------------------------------------------------------------------

template <class Request>
std::invoke_result_t<Request, raft::Raft&> Driver::ask(raft::GroupId group_id, Request request) {
  Group* to = group(group_id);
  if (to == nullptr) {
    return fail(raft::ProposeError::kNotLeader);
  }
  touch(*to);
  return request(to->raft);
}

Result<raft::Proposed, raft::ProposeError> Driver::propose(raft::GroupId group_id,
                                                           std::span<const raft::Payload> batch) {
  return ask(group_id, [&](raft::Raft& raft) { return raft.propose(batch); });
}

Result<raft::Proposed, raft::ProposeError> Driver::change_configuration(
    raft::GroupId group_id, const raft::Configuration& target) {
  return ask(group_id, [&](raft::Raft& raft) { return raft.change_configuration(target); });
}

Result<void, raft::ProposeError> Driver::read(raft::GroupId group_id, raft::ReadToken token) {
  return ask(group_id, [&](raft::Raft& raft) { return raft.read(token); });
}

Result<void, raft::ProposeError> Driver::transfer_leadership(raft::GroupId group_id,
                                                             raft::ReplicaId target) {
  return ask(group_id, [&](raft::Raft& raft) { return raft.transfer_leadership(target); });
}

// --- the turn ------------------------------------------------------------------------------------

void Driver::turn() {
  const Instant now = ports_.clock.now();
  tick_due(now);
  if (now >= next_house_keeping_) {
    next_house_keeping_ = now + kMarkInterval;
    keep_house();
  }
  Gathered gathered = std::exchange(waiting_messages_, {});
  // What is touched from here on, and what is left over, waits for the next turn.
  for (const raft::GroupId id : std::exchange(dirty_, {})) {
    Group& one = *groups_.at(id);
    one.dirty = false;
    for (std::size_t done = 0; done < options_.readies_per_turn_max && one.raft.has_ready();
         ++done) {
      perform(one, one.raft.ready(), gathered);
    }
    if (one.raft.has_ready()) {
      touch(one);
    }
  }
  hand_over(std::move(gathered));
}

void Driver::tick_due(Instant now) {
  for (const auto& [id, one] : groups_) {
    if (now >= one->raft.next_deadline()) {
      one->raft.tick(now);
      touch(*one);
    }
  }
}

void Driver::perform(Group& group, raft::Ready ready, Gathered& gathered) {
  if (ready.role) {
    ports_.observer.role_changed(group.id, *ready.role);
  }
  post(group, std::move(ready.messages), gathered);
  if (ready.persist) {
    raft::Persist& persist = *ready.persist;
    if (planted(Mutant::kSendsBeforeWritten)) {
      post(group, std::exchange(persist.messages, {}), gathered);
    }
    group.await_write({persist.number, persist.snapshot, std::exchange(persist.messages, {})});
    gathered.writes.push_back({group.id, group.replica, std::move(persist)});
  }
  group.apply(ports_.state_machine, ready.committed);
  for (const raft::ReadState& read : ready.reads) {
    group.await_read(read);
  }
  answer_reads(group);
  for (const raft::ReadToken token : ready.lost_reads) {
    ports_.observer.read_lost(group.id, token);
  }
  for (const raft::Fetch& fetch : ready.fetches) {
    ports_.log_store.fetch(group.id, fetch);
  }
  for (const raft::ReplicaId to : ready.snapshots) {
    send_snapshot(group, to);
  }
}

void Driver::post(const Group& group, std::vector<raft::Message> messages, Gathered& gathered) {
  for (raft::Message& message : messages) {
    if (const auto node = group.address_of(message.to)) {
      gathered.frames[*node].messages.push_back(std::move(message));
    }
  }
}

void Driver::send_snapshot(Group& group, raft::ReplicaId to) {
  auto snapshot = ports_.state_machine.snapshot(group.id);
  const auto node = group.address_of(to);
  if (!snapshot || !node) {
    group.raft.snapshot_sent(to, std::nullopt);
    return;
  }
  if (planted(Mutant::kSnapshotClaimsMore)) {
    snapshot->meta.last.index = std::max(snapshot->meta.last.index, group.raft.commit());
  }
  ports_.transport.send_snapshot(
      *node, {group.id, group.replica, to, group.raft.term(), *std::move(snapshot)});
}

void Driver::answer_reads(Group& group) {
  while (const auto token = group.take_read()) {
    ports_.observer.read_ready(group.id, *token);
  }
}

void Driver::hand_over(Gathered gathered) {
  if (!gathered.writes.empty()) {
    last_write_ = WriteNumber(last_write_.value() + 1);
    Write write{.number = last_write_};
    for (const GroupWrite& part : gathered.writes) {
      write.parts.push_back({part.group, part.replica, part.persist.number});
    }
    writes_.push_back(std::move(write));
    ports_.log_store.write(last_write_, std::move(gathered.writes));
  }
  for (auto& [node, frame] : gathered.frames) {
    ports_.transport.send(node, std::move(frame));
  }
}

Instant Driver::next_deadline() const {
  Instant soonest = next_house_keeping_;
  for (const auto& [id, one] : groups_) {
    soonest = std::min(soonest, one->raft.next_deadline());
  }
  return soonest;
}

void Driver::keep_house() {
  for (const auto& [id, one] : groups_) {
    const raft::Log& log = one->raft.log();
    const auto term = log.term_at(log.durable());
    const raft::LogPosition durable{term.value_or(raft::Term(0)), log.durable()};
    if (term && durable > one->marked) {
      one->marked = durable;
      ports_.log_store.mark(id, durable);
    }
    const raft::LogIndex saved = planted(Mutant::kCompactsUnsaved)
                                     ? one->applied()
                                     : std::min(one->applied(), ports_.state_machine.durable(id));
    if (saved.value() > one->compacted.value() + 2 * options_.log_entries_kept) {
      one->compacted = raft::LogIndex(saved.value() - options_.log_entries_kept);
      ports_.log_store.compact(id, one->compacted);
      one->raft.compacted(one->compacted);
    }
  }
}

}  // namespace godwit::replica
