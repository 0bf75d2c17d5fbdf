#include "broker/host/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "broker/host/mutant.h"

namespace godwit::host {

using records::Destination;
using records::LaneSequence;

namespace {

// Wills and messages to this node's clean sessions have no connection of their own; one front of
// all takes them.
constexpr ThreadIndex kRouter{0};

}  // namespace

Finished finished(const replica::CommitWork& work) {
  Finished finished{.number = work.number};
  for (const replica::StateWrite& state : work.states) {
    finished.states.push_back(state.group);
  }
  return finished;
}

Host::Host(const HostPorts& ports, const HostIdentity& identity, const HostLimits& limits,
           const replica::DriverOptions& options)
    : ports_(ports),
      identity_(identity),
      limits_(limits),
      queue_(ports.store),
      driver_({*this, queue_, *this, *this, ports.clock, ports.random, ports.probe}, options) {}

Host::~Host() = default;

Result<void, shard::ApplyError> Host::add(ShardId shard, raft::ReplicaId replica,
                                          raft::Recovered recovered, std::uint32_t generation) {
  auto seat = std::make_unique<Seat>(shard, identity_, limits_, ports_.store, recovered.applied,
                                     generation);
  auto loaded = seat->load();
  if (loaded) {
    seats_.emplace(shard, std::move(seat));
    driver_.add({group_of(shard), replica}, std::move(recovered));
  }
  return loaded;
}

// --- what has arrived ----------------------------------------------------------------------------

void Host::request(Request request) {
  Seat& to = seat(request.shard);
  to.request(std::move(request), answers_);
}

void Host::publish(Publish publish) {
  Seat& to = seat(publish.shard);
  to.publish(std::move(publish), answers_);
}

void Host::finish(const Finished& finished) {
  for (const raft::GroupId group : finished.states) {
    seat(shard_of(group)).saved();
  }
  if (finished.number != replica::WriteNumber()) {
    driver_.written(finished.number);
  }
}

// --- the turn ------------------------------------------------------------------------------------

void Host::turn() {
  driver_.turn();
  // What was committed has made room for more.
  propose();
  if (driver_.has_work()) {
    driver_.turn();
  }
  save_due();
  give_fetched();
}

void Host::propose() {
  const Instant now = ports_.clock.now();
  for (auto& [shard, seat] : seats_) {
    while (auto entry = seat->next_entry(now)) {
      const auto proposed = driver_.propose(group_of(shard), std::array{*std::move(entry)});
      if (!proposed) {
        // It led a moment ago: what it was asked is unknown, and asked again by whoever cares. The
        // limits of a seat are within those of raft, so nothing else can be wrong.
        CHECK(proposed.error() == raft::ProposeError::kNotLeader);
        seat->proposed({});
        seat->follow(answers_);
        break;
      }
      seat->proposed(proposed->first);
      if (planted(Mutant::kAnswersBeforeCommit)) {
        seat->lane().taken(records::LaneSequence(UINT64_MAX), answers_);
      }
    }
  }
}

void Host::save_due() {
  const Instant now = ports_.clock.now();
  for (auto& [shard, seat] : seats_) {
    if (failure_.empty()) {
      if (auto write = seat->save_if_due(now)) {
        queue_.save(*std::move(write));
      }
    }
  }
}

void Host::save_all() {
  for (auto& [shard, seat] : seats_) {
    // What is changed while the last save is on its way comes back from the log.
    if (failure_.empty() && !seat->saving() &&
        seat->saved_index() != driver_.find(group_of(shard))->log().applied()) {
      queue_.save(seat->save());
    }
  }
}

void Host::give_fetched() {
  for (replica::CommitQueue::Answer& answer : queue_.take_fetched()) {
    if (answer.fetched) {
      driver_.fetched(answer.group, *std::move(answer.fetched));
    } else {
      fail_with(shard_of(answer.group), answer.fetched.error().text);
    }
  }
}

Instant Host::next_deadline() const {
  Instant soonest = driver_.next_deadline();
  for (const auto& [shard, seat] : seats_) {
    soonest = std::min(soonest, seat->next_deadline());
  }
  return soonest;
}

void Host::fail_with(ShardId shard, const std::string& text) {
  if (failure_.empty()) {
    failure_ = fmt::format("shard {} cannot go on: {}", shard.value(), text);
  }
}

// --- effects, one each ---------------------------------------------------------------------------

struct Host::Performer {
  Host& host;
  ShardId shard;
  Seat& seat;

  void tell(const shard::Owner& owner, shard::Event event) const {
    if (is_here(owner)) {
      host.answers_.tell(thread_of(owner.connection), Told{shard, std::move(event)});
    }
  }
  // Connections of earlier processes are gone, and their numbers are given out again: what is read
  // back from the log after a start is not for those that have them now.
  [[nodiscard]] bool is_here(const shard::Owner& owner) const {
    return owner.attachment == seat.attachment();
  }
  // Nobody's connection is meant.
  void operator()(const shard::SessionEnded& /*ended*/) const {}
  void operator()(const shard::Attached& attached) const {
    // Also the attachments of this node's earlier processes are read back.
    if (attached.process == host.identity_.process) {
      seat.attached(attached);
    }
  }
  void operator()(const shard::Opened& opened) const { tell(opened.owner, opened); }
  void operator()(const shard::OpenRefused& refused) const {
    tell({refused.attachment, refused.connection, {}, {}}, refused);
  }
  void operator()(const shard::Fence& fence) const { tell(fence.former, fence); }
  void operator()(const shard::Qos2Received& received) const { tell(received.owner, received); }
  void operator()(const shard::Qos2Completed& completed) const { tell(completed.owner, completed); }
  void operator()(const shard::SendPubrel& pubrel) const { tell(pubrel.owner, pubrel); }

  void operator()(const shard::LaneTaken& taken) const {
    if (taken.lane == seat.lane().id()) {
      seat.lane().taken(taken.last, host.answers_);
    } else if (records::is_shard_lane(taken.lane)) {
      host.seat(records::shard_of(taken.lane))
          .propose(records::OutboxDone{Destination(shard), taken.last});
    }
  }
  void operator()(const shard::LaneRefused& refused) const {
    if (refused.lane == seat.lane().id()) {
      seat.lane().rewind(refused.expected);
    } else if (records::is_shard_lane(refused.lane)) {
      host.resend_outbox(records::shard_of(refused.lane), shard, refused.expected);
    }
  }
  void operator()(const shard::OutboxAdded& added) const {
    const auto* row = seat.shard().outboxes().find(added.destination, added.sequence);
    if (row != nullptr) {
      host.send_outbox(shard, added.destination, added.sequence, *row);
    }
  }
  void operator()(const shard::WillDue& due) const {
    if (planted(Mutant::kForgetsDueWills) && seat.attachment() == records::Attachment()) {
      return;
    }
    if (const auto* will = seat.shard().wills().find(due.will)) {
      host.answers_.tell(kRouter, WillToMatch{shard, due, will->message});
    }
  }
};

// --- what the log says ---------------------------------------------------------------------------

void Host::role_changed(raft::GroupId group, const raft::RoleChange& change) {
  Seat& of = seat(shard_of(group));
  if (change.role != raft::RoleName::kLeader) {
    of.follow(answers_);
    return;
  }
  of.lead(answers_);
  // What was promised before is promised still, from here to others and from others to here;
  // destinations know what they have.
  const ShardId shard = shard_of(group);
  for (auto& [other, seat_of_other] : seats_) {
    resend_outbox(shard, other, LaneSequence(1));
    if (other != shard && seat_of_other->leads()) {
      resend_outbox(other, shard, LaneSequence(1));
    }
  }
  resend_outbox(shard, identity_.node, LaneSequence(1));
  for (const shard::WillDue& due : of.shard().wills().due()) {
    Performer{*this, shard, of}(due);
  }
}

void Host::apply(raft::GroupId group, const raft::Entry& entry,
                 const raft::Configuration& configuration) {
  const ShardId shard = shard_of(group);
  Seat& to = seat(shard);
  if (!failure_.empty()) {
    return;
  }
  // Effects come before the word that it is done.
  Answers done;
  const auto applied = to.apply(entry, configuration, done);
  if (!applied) {
    fail_with(shard, applied.error().text);
    return;
  }
  if (to.leads()) {
    perform(shard, to);
  }
  answers_.all.insert(answers_.all.end(), std::make_move_iterator(done.all.begin()),
                      std::make_move_iterator(done.all.end()));
}

raft::LogIndex Host::durable(raft::GroupId group) { return seat(shard_of(group)).saved_index(); }

// --- what follows --------------------------------------------------------------------------------

void Host::perform(ShardId shard, Seat& seat) {
  const shard::Effects& effects = seat.effects();
  const Performer performer{*this, shard, seat};
  for (const shard::Event& event : effects.events) {
    std::visit(performer, event);
  }
  for (const shard::Delivery& delivery : effects.deliveries) {
    if (!performer.is_here(delivery.owner)) {
      continue;
    }
    Delivered delivered{shard, delivery, std::string(as_text(delivery.record))};
    delivered.delivery.record = {};
    answers_.tell(thread_of(delivery.owner.connection), std::move(delivered));
  }
}

void Host::resend_outbox(ShardId shard, const Destination& to, LaneSequence from) {
  Seat& source = seat(shard);
  source.shard().outboxes().for_each(
      [&](const Destination& destination, LaneSequence sequence, const records::OutboxRow& row) {
        if (destination == to && sequence >= from) {
          send_outbox(shard, to, sequence, row);
        }
      });
}

void Host::send_outbox(ShardId shard, const Destination& to, LaneSequence sequence,
                       const records::OutboxRow& row) {
  if (const auto* node = std::get_if<NodeId>(&to)) {
    CHECK(*node == identity_.node);  // A node alone.
    answers_.tell(kRouter, ForNode{shard, sequence, row.message});
    return;
  }
  Seat& destination = seat(std::get<ShardId>(to));
  if (!destination.leads()) {
    return;  // It asks for everything when it does.
  }
  destination.take_from_lane({records::lane_of(shard), sequence, row.message});
}

// --- what a node alone never does ----------------------------------------------------------------

void Host::send(NodeId /*to*/, replica::Frame /*frame*/) { CHECK(false); }
void Host::send_snapshot(NodeId /*to*/, raft::Message /*message*/) { CHECK(false); }
std::optional<raft::InstallSnapshot> Host::snapshot(raft::GroupId /*group*/) { return {}; }
void Host::install(raft::GroupId /*group*/, const raft::InstallSnapshot& /*snapshot*/) {
  CHECK(false);
}
void Host::read_ready(raft::GroupId /*group*/, raft::ReadToken /*token*/) {}
void Host::read_lost(raft::GroupId /*group*/, raft::ReadToken /*token*/) {}

}  // namespace godwit::host
