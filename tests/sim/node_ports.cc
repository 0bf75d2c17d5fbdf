// What the process asks of the world, and what the node sees of it.
#include <array>
#include <string_view>

#include "base/check.h"
#include "cluster/replica/message_codec.h"
#include "tests/sim/node.h"

namespace godwit::sim {

using std::chrono::milliseconds;

void Node::send(NodeId to, replica::Frame frame) {
  if (around_.plan.encoded) {
    for (raft::Message& message : frame.messages) {
      Bytes bytes;
      replica::encode(message, bytes);
      auto decoded = replica::decode_message(bytes);
      CHECK(decoded.has_value());
      message = *std::move(decoded);
    }
  }
  around_.network.send(index_, index_of(to), frame);
}

void Node::send_snapshot(NodeId to, raft::Message message) {
  const NodeIndex target = index_of(to);
  const raft::GroupId group = message.group;
  const raft::ReplicaId replica = message.to;
  const raft::LogPosition position = std::get<raft::InstallSnapshot>(message.body).meta.last;
  around_.trace.say(around_.scheduler.now(),
                    "node {} sends node {} a snapshot of group {} up to {}", index_, target,
                    group.value(), position.index.value());
  const auto journey = around_.network.journey(index_, target);
  std::optional<raft::LogPosition> sent;
  if (journey) {
    sent = position;
    replica::Frame frame;
    frame.messages.push_back(std::move(message));
    around_.network.send(index_, target, frame);
  }
  const Duration told = journey.value_or(milliseconds(10)) + milliseconds(5);
  around_.scheduler.after(told, [this, group, replica, sent, life = life_] {
    if (life == life_) {
      later([group, replica, sent](Process& process) {
        process.driver->snapshot_sent(group, replica, sent);
      });
    }
  });
}

void Node::role_changed(raft::GroupId group, const raft::RoleChange& change) {
  around_.trace.add(mix(change.term.value()) ^ static_cast<std::uint64_t>(change.role));
  constexpr std::array<std::string_view, 4> kRoles = {"follows", "asks for votes", "stands",
                                                      "leads"};
  around_.trace.say(around_.scheduler.now(), "node {} {} in group {}, term {}", index_,
                    kRoles[static_cast<std::size_t>(change.role)], group.value(),
                    change.term.value());
  if (change.role == raft::RoleName::kLeader) {
    const raft::Raft& leader = *process_->driver->find(group);
    around_.oracle.leader_elected(index_, group, leader);
    process_->commits[group] = leader.commit();
    around_.elected(index_);
  }
}

void Node::read_ready(raft::GroupId group, raft::ReadToken token) {
  const auto found = process_->reads.find(token);
  CHECK(found != process_->reads.end());
  const Request request = found->second;
  process_->reads.erase(found);
  around_.answer(request, true, process_->machine->read(group, request.command.object));
}

void Node::read_lost(raft::GroupId /*group*/, raft::ReadToken token) {
  const auto found = process_->reads.find(token);
  CHECK(found != process_->reads.end());
  around_.answer(found->second, false, 0);
  process_->reads.erase(found);
}

// --- what must hold ------------------------------------------------------------------------------

void Node::check_leaders() {
  for (const auto& [group, image] : disk.images()) {
    const raft::Raft* raft = find(group);
    if (raft == nullptr || raft->leader() == nullptr) {
      continue;
    }
    const auto lease = raft->lease_until();
    const raft::Term newest = around_.oracle.newest_leader_term(group);
    if (lease && *lease > now() && newest > raft->term()) {
      around_.oracle.violate(
          "lease: node {} holds the lease of group {} in term {}, and term {} has a leader", index_,
          group.value(), raft->term().value(), newest.value());
    }
    raft::LogIndex& seen = process_->commits[group];
    if (raft->commit() > seen) {
      seen = raft->commit();
      around_.committed(index_, group, *raft);
    }
  }
}

}  // namespace godwit::sim
