// Who runs the cluster: adds and removes replicas, and replaces those that are lost (an amnesiac
// one, or one whose disk is gone, under a new replica id; P-13).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "tests/sim/node.h"

namespace godwit::sim {

class Admin {
 public:
  Admin(Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes);

  // Creates the groups on their first voters.
  void found_groups();
  // Looks after every group, now and then.
  void look();
  // No changes of its own choice from here on.
  void calm_down() { calm_ = true; }

  // The replica of `group` there will never count again.
  void lose(NodeIndex node, raft::GroupId group);
  [[nodiscard]] bool lost(raft::ReplicaId replica) const { return lost_.contains(replica); }
  // Whether this node's replica of the group may be lost without losing what a majority has.
  [[nodiscard]] bool may_lose(NodeIndex node, raft::GroupId group) const;
  // Whether the group can decide while this node is down.
  [[nodiscard]] bool can_spare(NodeIndex node, raft::GroupId group) const;
  [[nodiscard]] bool changing(raft::GroupId group) const;
  // A live replica that leads by its own account, in the newest term; null: none.
  [[nodiscard]] Node* leader_of(raft::GroupId group) const;

 private:
  struct One {
    std::vector<NodeIndex> hosts;  // Nodes that have a replica now, by our orders.
    std::map<NodeIndex, raft::ReplicaId> replicas;
    std::optional<raft::Configuration> target;
  };

  void look_at(raft::GroupId group, One& one);
  void clean_up(raft::GroupId group, One& one);
  void notice_amnesiacs(raft::GroupId group, const One& one);
  [[nodiscard]] std::optional<raft::Configuration> choose_target(raft::GroupId group, One& one);
  [[nodiscard]] raft::Member new_member(raft::GroupId group, One& one, NodeIndex node);
  [[nodiscard]] std::vector<NodeIndex> free_nodes(const One& one) const;

  Surroundings& around_;
  std::vector<std::unique_ptr<Node>>& nodes_;
  std::map<raft::GroupId, One> groups_;
  std::set<raft::ReplicaId> lost_;
  std::uint64_t next_replica_ = 1;
  bool calm_ = false;
};

}  // namespace godwit::sim
