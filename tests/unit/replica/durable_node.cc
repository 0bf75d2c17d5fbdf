#include "tests/unit/replica/durable_node.h"

#include <array>
#include <utility>

#include "base/big_endian.h"

namespace godwit::replica {
namespace {

DriverOptions short_logs() {
  DriverOptions options;
  options.log_entries_kept = 2;
  return options;
}

Bytes row_key(raft::LogIndex index) {
  Bytes key;
  put_big_endian(key, index.value(), 8);
  return key;
}

}  // namespace

DurableNode::DurableNode(Disk& disk)
    : disk_(disk),
      recovery_(recover(disk.store, disk.markers, kGroup).value()),
      overlay_(disk.store),
      queue_(disk.store),
      cycle_(disk.store, disk.markers),
      driver_(std::make_unique<Driver>(Ports{*this, queue_, *this, *this, *this, *this, probe_},
                                       short_logs())) {
  const raft::ReplicaId replica(5);
  raft::Recovered recovered;
  if (recovery_) {
    cycle_.add(kGroup, *recovery_);
    recovered = recovery_->recovered;
  } else {
    recovered.applied.configuration =
        raft::Configuration::make({.voters = {{replica, NodeId(1)}}}).value();
    cycle_.create(kGroup, replica, recovered.applied.configuration);
  }
  applied_ = recovered.applied;
  saved_ = applied_.last.index;
  driver_->add({kGroup, replica}, std::move(recovered));
}

bool DurableNode::propose(std::string_view text) {
  return driver_->propose(kGroup, std::array{raft::make_payload(as_bytes(text))}).has_value();
}

void DurableNode::apply(raft::GroupId /*group*/, const raft::Entry& entry,
                        const raft::Configuration& configuration) {
  applied_ = {entry.position(), configuration};
  if (entry.kind == raft::EntryKind::kCommand) {
    dirty_.put(storage::Table::kSession, row_key(entry.index), entry.bytes());
    acknowledged_.emplace_back(as_text(entry.bytes()));
  }
}

void DurableNode::turn() {
  now_ += std::chrono::milliseconds(10);
  for (const Done& done : std::exchange(done_, {})) {
    for (std::size_t state = 0; state < done.states; ++state) {
      overlay_.drop_oldest();
      saved_ = done.saved;
    }
    if (done.number != WriteNumber()) {
      driver_->written(done.number);
    }
  }
  driver_->turn();
  for (CommitWork& work : queue_.take()) {
    gathered_.push_back(std::move(work));
  }
}

void DurableNode::save() {
  queue_.save({kGroup, applied_, &overlay_.push(std::exchange(dirty_, {}))});
}

void DurableNode::run_cycle() {
  const std::vector<CommitWork> works = std::exchange(gathered_, {});
  cycle_.run(works);
  for (const CommitWork& work : works) {
    done_.push_back(
        {work.number, work.states.size(),
         work.states.empty() ? raft::LogIndex() : work.states.back().applied.last.index});
  }
}

void DurableNode::lead() {
  while (raft().leader() == nullptr) {
    turn();
    run_cycle();
  }
}

std::vector<std::string> DurableNode::state() const {
  std::vector<std::string> texts;
  const auto cursor = overlay_.scan(storage::Table::kSession, {});
  while (const auto row = cursor->next().value()) {
    texts.emplace_back(as_text(row->value));
  }
  dirty_.for_each(
      [&](const storage::Change& change) { texts.emplace_back(as_text(change.value)); });
  return texts;
}

}  // namespace godwit::replica
