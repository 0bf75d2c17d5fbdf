#include "cluster/replica/group.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "cluster/replica/mutant.h"

namespace godwit::replica {
namespace {

constexpr std::size_t kAddressesMax = 32;

}  // namespace

Group::Group(const raft::Setup& setup, Instant now)
    : raft(setup, now),
      id(setup.identity.group),
      replica(setup.identity.replica),
      compacted(raft::previous(setup.recovered.log_first)),
      applied_(setup.recovered.applied.last.index),
      configuration_(setup.recovered.applied.configuration) {}

void Group::apply(StateMachine& machine, const std::vector<raft::Entry>& committed) {
  for (const raft::Entry& entry : committed) {
    CHECK(entry.index == next(applied_));
    if (entry.kind == raft::EntryKind::kConfiguration && !planted(Mutant::kAppliesUnconfigured)) {
      auto configuration = raft::Configuration::decode(entry.bytes());
      CHECK(configuration.has_value());
      configuration_ = *std::move(configuration);
    }
    machine.apply(id, entry, configuration_);
    applied_ = entry.index;
  }
}

std::optional<raft::ReadToken> Group::take_read() {
  if (reads_.empty() ||
      (reads_.front().index > applied_ && !planted(Mutant::kReadsBeforeApplied))) {
    return std::nullopt;
  }
  const raft::ReadToken token = reads_.front().token;
  reads_.pop_front();
  return token;
}

Group::Waiting Group::take_written(raft::PersistNumber number) {
  CHECK(!waiting_.empty() && waiting_.front().number == number);
  Waiting waiting = std::move(waiting_.front());
  waiting_.pop_front();
  return waiting;
}

void Group::installed(const raft::SnapshotMeta& meta) {
  CHECK(meta.last.index > applied_ || planted(raft::Mutant::kSnapshotGoesBack));
  applied_ = meta.last.index;
  configuration_ = meta.configuration;
  compacted = meta.last.index;
}

void Group::note_address(raft::ReplicaId replica_there, NodeId node) {
  const auto known =
      std::find_if(addresses_.begin(), addresses_.end(),
                   [&](const Address& address) { return address.replica == replica_there; });
  if (known != addresses_.end()) {
    known->node = node;
    return;
  }
  if (addresses_.size() >= kAddressesMax) {
    addresses_.erase(addresses_.begin());
  }
  addresses_.push_back({replica_there, node});
}

std::optional<NodeId> Group::address_of(raft::ReplicaId replica_there) const {
  if (const auto node = raft.configuration().node_of(replica_there)) {
    return node;
  }
  for (const Address& address : addresses_) {
    if (address.replica == replica_there) {
      return address.node;
    }
  }
  return std::nullopt;
}

}  // namespace godwit::replica
