#include "tests/sim/admin.h"

#include <algorithm>

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;

std::size_t count_lost(const std::vector<raft::Member>& voters,
                       const std::set<raft::ReplicaId>& lost) {
  return static_cast<std::size_t>(
      std::count_if(voters.begin(), voters.end(),
                    [&](const raft::Member& voter) { return lost.contains(voter.replica); }));
}

}  // namespace

Admin::Admin(Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes)
    : around_(around), nodes_(nodes) {}

void Admin::found_groups() {
  for (std::uint32_t number = 1; number <= around_.plan.groups; ++number) {
    const raft::GroupId group(number);
    One& one = groups_[group];
    raft::Configuration::Parts parts;
    for (NodeIndex node = 0; node < around_.plan.voters; ++node) {
      parts.voters.push_back(new_member(group, one, node));
    }
    const auto configuration = raft::Configuration::make(parts).value();
    around_.oracle.group_created(group, configuration);
    for (const auto& [node, replica] : one.replicas) {
      nodes_[node]->create_founder(group, replica, configuration);
    }
  }
}

raft::Member Admin::new_member(raft::GroupId /*group*/, One& one, NodeIndex node) {
  const raft::ReplicaId replica(next_replica_++);
  one.replicas[node] = replica;
  return {replica, id_of(node)};
}

Node* Admin::leader_of(raft::GroupId group) const {
  Node* found = nullptr;
  raft::Term newest;
  for (const auto& node : nodes_) {
    const raft::Raft* raft = node->find(group);
    if (raft != nullptr && raft->leader() != nullptr && raft->term() > newest) {
      newest = raft->term();
      found = node.get();
    }
  }
  return found;
}

// --- losses --------------------------------------------------------------------------------------

bool Admin::changing(raft::GroupId group) const { return groups_.at(group).target.has_value(); }

bool Admin::may_lose(NodeIndex node, raft::GroupId group) const {
  const One& one = groups_.at(group);
  const auto replica = one.replicas.find(node);
  if (replica == one.replicas.end() || lost(replica->second)) {
    return true;
  }
  if (one.target) {
    return false;
  }
  const auto& voters = around_.oracle.configuration(group).voters();
  return !around_.oracle.configuration(group).is_voter(replica->second) ||
         count_lost(voters, lost_) + 1 <= (voters.size() - 1) / 2;
}

bool Admin::can_spare(NodeIndex node, raft::GroupId group) const {
  const auto& voters = around_.oracle.configuration(group).voters();
  const auto left = static_cast<std::size_t>(
      std::count_if(voters.begin(), voters.end(), [&](const raft::Member& voter) {
        return !lost(voter.replica) && voter.node != id_of(node);
      }));
  return !groups_.at(group).target && left >= raft::majority_of(voters.size());
}

void Admin::lose(NodeIndex node, raft::GroupId group) {
  const One& one = groups_.at(group);
  if (const auto replica = one.replicas.find(node); replica != one.replicas.end()) {
    lost_.insert(replica->second);
  }
}

void Admin::notice_amnesiacs(raft::GroupId group, const One& one) {
  for (const auto& [node, replica] : one.replicas) {
    const raft::Raft* raft = nodes_[node]->find(group);
    if (raft != nullptr && raft->hard_state().amnesiac) {
      lost_.insert(replica);
    }
  }
}

// --- changes -------------------------------------------------------------------------------------

void Admin::look() {
  for (auto& [group, one] : groups_) {
    look_at(group, one);
  }
  around_.scheduler.after(milliseconds(around_.chance.between(40, 120)), [this] { look(); });
}

void Admin::look_at(raft::GroupId group, One& one) {
  notice_amnesiacs(group, one);
  const raft::Configuration& committed = around_.oracle.configuration(group);
  if (one.target && committed == *one.target) {
    one.target.reset();
    clean_up(group, one);
  }
  if (!one.target) {
    one.target = choose_target(group, one);
  }
  Node* leader = leader_of(group);
  if (!one.target || leader == nullptr) {
    return;
  }
  const raft::Raft* raft = leader->find(group);
  if (!raft->configuration().joint() && raft->configuration() != *one.target) {
    leader->change(group, *one.target);
  }
}

void Admin::clean_up(raft::GroupId group, One& one) {
  const raft::Configuration& committed = around_.oracle.configuration(group);
  for (auto it = one.replicas.begin(); it != one.replicas.end();) {
    if (committed.is_member(it->second)) {
      ++it;
      continue;
    }
    around_.trace.say(around_.scheduler.now(), "node {} drops its replica {} of group {}",
                      it->first, it->second.value(), group.value());
    nodes_[it->first]->remove_replica(group);
    it = one.replicas.erase(it);
  }
}

std::vector<NodeIndex> Admin::free_nodes(const One& one) const {
  std::vector<NodeIndex> free;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    const auto replica = one.replicas.find(node);
    const bool usable = replica == one.replicas.end() || lost(replica->second);
    if (usable && nodes_[node]->alive()) {
      free.push_back(node);
    }
  }
  return free;
}

std::optional<raft::Configuration> Admin::choose_target(raft::GroupId group, One& one) {
  Chance& chance = around_.chance;
  const raft::Configuration& now = around_.oracle.configuration(group);
  if (now.joint()) {
    return now.without_outgoing();
  }
  raft::Configuration::Parts parts{.voters = now.voters(), .learners = now.learners()};
  const auto is_lost = [&](const raft::Member& member) { return lost(member.replica); };
  const std::size_t voters_lost = count_lost(parts.voters, lost_);
  const bool has_lost = voters_lost + count_lost(parts.learners, lost_) > 0;
  const bool by_choice = !calm_ && around_.plan.features.has(Feature::kMembership);
  if (!has_lost && !(by_choice && chance.one_in(8))) {
    return std::nullopt;
  }
  const auto add = [&](std::vector<raft::Member>& list) {
    const auto free = free_nodes(one);
    if (free.empty()) {
      return;
    }
    const NodeIndex node = chance.pick(free);
    if (one.replicas.contains(node)) {
      nodes_[node]->remove_replica(group);  // A lost one makes room.
    }
    list.push_back(new_member(group, one, node));
    nodes_[node]->create_replica(group, list.back().replica);
  };
  std::erase_if(parts.voters, is_lost);
  std::erase_if(parts.learners, is_lost);
  if (has_lost && parts.voters.size() < now.voters().size()) {
    add(parts.voters);
  } else if (!has_lost) {
    switch (chance.below(5)) {
      case 0:
        add(parts.learners);
        break;
      case 1:
        add(parts.voters);
        break;
      case 2:  // A learner becomes a voter.
        if (!parts.learners.empty()) {
          parts.voters.push_back(parts.learners.back());
          parts.learners.pop_back();
        }
        break;
      case 3:  // A voter becomes a learner, perhaps the leader.
        if (parts.voters.size() > 1) {
          parts.learners.push_back(chance.pick(parts.voters));
          std::erase(parts.voters, parts.learners.back());
        }
        break;
      default:  // One goes, perhaps the leader.
        if (parts.voters.size() > 1) {
          std::erase(parts.voters, raft::Member(chance.pick(parts.voters)));
        }
    }
  }
  auto target = raft::Configuration::make(std::move(parts));
  return target && *target != now ? std::optional(*std::move(target)) : std::nullopt;
}

}  // namespace godwit::sim
