#include "tests/sim/node.h"

#include <algorithm>

#include "base/check.h"

namespace godwit::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Node::Node(NodeIndex index, Surroundings& around)
    : disk(around.plan, around.scheduler, around.chance,
           {.written =
                [this](replica::WriteNumber number) {
                  later([number](Process& process) { process.driver->written(number); });
                },
            .fetched =
                [this](raft::GroupId group, const raft::Fetched& fetched) {
                  later([group, fetched](Process& process) {
                    process.driver->fetched(group, fetched);
                  });
                },
            .full = [this] { crash(); }}),
      index_(index),
      around_(around) {
  if (around.plan.features.has(Feature::kDrift)) {
    // Two nodes differ by less than half of the lease's margin.
    speed_ppm_ = static_cast<std::int64_t>(around.chance.between(980'000, 1'020'000));
  }
}

Instant Node::now() const {
  return Instant(Duration(
      around_.scheduler.now().time_since_epoch().count() / 1'000'000 * speed_ppm_ +
      around_.scheduler.now().time_since_epoch().count() % 1'000'000 * speed_ppm_ / 1'000'000));
}

Instant Node::global(Instant local) const {
  const auto count = local.time_since_epoch().count();
  return Instant(
      Duration(count / speed_ppm_ * 1'000'000 + count % speed_ppm_ * 1'000'000 / speed_ppm_ + 1));
}

// --- the process ---------------------------------------------------------------------------------

void Node::build_process() {
  process_ = std::make_unique<Process>();
  ++life_;
  process_->machine = std::make_unique<Machine>(
      disk, around_.plan.save_interval,
      Machine::Events{
          .applied = [this](raft::GroupId group, const raft::Entry& entry,
                            std::uint64_t result) { applied_entry(group, entry, result); },
          .saved =
              [this](raft::GroupId group, raft::LogIndex at, const Bytes& bytes) {
                around_.oracle.state_seen(index_, group, at, bytes);
              }});
  process_->driver =
      std::make_unique<replica::Driver>(replica::Ports{.transport = *this,
                                                       .log_store = disk,
                                                       .state_machine = *process_->machine,
                                                       .observer = *this,
                                                       .clock = *this,
                                                       .random = around_.chance,
                                                       .probe = process_->probe},
                                        around_.plan.driver);
}

void Node::start() {
  CHECK(!alive());
  build_process();
  for (const auto& [group, image] : disk.images()) {
    const auto marker =
        image.has_marker ? std::optional(image.marker) : std::optional<replica::EndMarker>();
    raft::Recovered recovered = replica::judge(image.recover(), marker);
    around_.trace.say(around_.scheduler.now(),
                      "node {} starts group {} as replica {}: term {}, applied {}, {} entries{}",
                      index_, group.value(), image.replica().value(),
                      recovered.hard_state.term.value(), recovered.applied.last.index.value(),
                      recovered.entries.size(), recovered.hard_state.amnesiac ? ", amnesiac" : "");
    process_->machine->start(group);
    process_->driver->add({group, image.replica()}, std::move(recovered));
  }
  wake(Duration(0));
}

void Node::crash() {
  if (!alive()) {
    return;
  }
  around_.trace.say(around_.scheduler.now(), "node {} crashes", index_);
  process_.reset();
  ++life_;
  next_wake_ = kNever;
  disk.crash();
}

void Node::pause(Duration length) {
  around_.trace.say(around_.scheduler.now(), "node {} stands still", index_);
  paused_until_ = std::max(paused_until_, around_.scheduler.now() + length);
  around_.scheduler.at(paused_until_, [this] { wake(Duration(0)); });
}

// --- events --------------------------------------------------------------------------------------

void Node::receive(NodeIndex from, replica::Frame frame) {
  if (alive()) {
    process_->inbox.emplace_back(from, std::move(frame));
    wake(microseconds(around_.chance.below(100)));
  }
}

void Node::unreachable(NodeIndex node) {
  later([node](Process& process) { process.driver->unreachable(id_of(node)); });
}

void Node::request(Request request) {
  if (alive()) {
    process_->requests.push_back(std::move(request));
    wake(microseconds(around_.chance.below(200)));
  }
}

void Node::later(std::function<void(Process&)> call) {
  if (alive()) {
    process_->calls.emplace_back([this, call = std::move(call)] { call(*process_); });
    wake(microseconds(around_.chance.below(50)));
  }
}

void Node::wake(Duration delay) {
  const Instant when = std::max(around_.scheduler.now() + delay, paused_until_);
  if (!alive() || next_wake_ <= when) {
    return;
  }
  next_wake_ = when;
  around_.scheduler.at(when, [this, when, life = life_] {
    if (life == life_ && next_wake_ == when && !paused()) {
      next_wake_ = kNever;
      turn();
    } else if (life == life_ && next_wake_ == when) {
      next_wake_ = kNever;
    }
  });
}

void Node::wake_for_deadline() {
  const replica::Driver& driver = *process_->driver;
  wake(driver.has_work() ? microseconds(10)
                         : std::max(global(driver.next_deadline()) - around_.scheduler.now(),
                                    Duration(microseconds(10))));
}

void Node::turn() {
  Process& process = *process_;
  around_.trace.add(around_.scheduler.now().time_since_epoch().count() ^ index_);
  for (const auto& call : std::exchange(process.calls, {})) {
    call();
  }
  for (auto& [from, frame] : std::exchange(process.inbox, {})) {
    around_.trace.add(frame.messages.size());
    process.driver->receive(id_of(from), std::move(frame));
  }
  take_requests();
  process.driver->turn();
  check_leaders();
  wake_for_deadline();
}

void Node::take_requests() {
  Process& process = *process_;
  std::map<raft::GroupId, std::vector<Request>> batches;
  for (Request& request : std::exchange(process.requests, {})) {
    if (!request.by_read_index) {
      batches[request.group].push_back(std::move(request));
      continue;
    }
    const raft::ReadToken token(next_token_++);
    const raft::GroupId group = request.group;
    if (process.driver->read(group, token)) {
      process.reads.emplace(token, std::move(request));
    } else {
      around_.answer(request, false, 0);
    }
  }
  for (auto& [group, requests] : batches) {
    std::vector<raft::Payload> payloads;
    payloads.reserve(requests.size());
    for (const Request& request : requests) {
      payloads.push_back(encode(request.command));
    }
    const auto proposed = process.driver->propose(group, payloads);
    for (std::size_t number = 0; number < requests.size(); ++number) {
      if (proposed) {
        process.proposals.insert_or_assign(
            std::pair(group, plus(proposed->first.index, number)),
            Process::Proposed{proposed->first.term, std::move(requests[number])});
      } else {
        around_.answer(requests[number], false, 0);
      }
    }
  }
}

void Node::applied_entry(raft::GroupId group, const raft::Entry& entry, std::uint64_t result) {
  around_.oracle.entry_applied(index_, group,
                               {entry, result, process_->driver->find(group)->term()});
  around_.trace.add(entry.index.value() ^ mix(entry.term.value()));
  auto& proposals = process_->proposals;
  const auto found = proposals.find({group, entry.index});
  if (found == proposals.end()) {
    return;
  }
  const bool done = found->second.term == entry.term;
  if (done) {
    around_.oracle.acknowledged(group, entry.index);
  }
  around_.answer(found->second.request, done, result);
  proposals.erase(found);
}

// --- what an operator does -----------------------------------------------------------------------

void Node::create_replica(raft::GroupId group, raft::ReplicaId replica) {
  disk.create(group, replica);
  if (alive()) {
    process_->machine->start(group);
    process_->driver->add({group, replica}, {});
    wake(Duration(0));
  }
}

void Node::create_founder(raft::GroupId group, raft::ReplicaId replica,
                          const raft::Configuration& configuration) {
  disk.create(group, replica);
  const raft::Entry first{raft::Term(1), raft::LogIndex(1), raft::EntryKind::kConfiguration,
                          raft::make_payload(configuration.encode())};
  disk.found(
      group,
      {.number = {}, .hard_state = raft::HardState{.term = raft::Term(1)}, .entries = {first}});
}

void Node::remove_replica(raft::GroupId group) {
  disk.erase(group);
  if (alive()) {
    process_->driver->remove(group);
    process_->machine->stop(group);
  }
}

bool Node::change(raft::GroupId group, const raft::Configuration& target) {
  const bool taken =
      alive() && !paused() && process_->driver->change_configuration(group, target).has_value();
  wake(Duration(0));
  return taken;
}

void Node::transfer(raft::GroupId group, raft::ReplicaId target) {
  if (alive() && !paused() && process_->driver->transfer_leadership(group, target)) {
    wake(Duration(0));
  }
}

const raft::Raft* Node::find(raft::GroupId group) const {
  return alive() ? process_->driver->find(group) : nullptr;
}

raft::LogIndex Node::applied(raft::GroupId group) const {
  return process_->machine->applied(group);
}

Bytes Node::state(raft::GroupId group) const { return process_->machine->bytes(group); }

}  // namespace godwit::sim
