// Whoever wants the cluster to fail: picks a fault that the plan has, now and then.
#pragma once

#include <memory>
#include <vector>

#include "tests/sim/admin.h"
#include "tests/sim/node.h"

namespace godwit::sim {

class Nemesis {
 public:
  Nemesis(Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes, Admin& admin);

  void start() { plan_next(); }
  // No faults from here on, and those that were are over. A minority may stay down.
  void stop();
  void leader_elected(NodeIndex node);
  [[nodiscard]] bool left_down(NodeIndex node) const { return left_down_ == node; }

 private:
  void plan_next();
  void strike();
  void crash(NodeIndex node);
  void restart(NodeIndex node);
  void cut_some();
  void swizzle();
  void lose_data(NodeIndex node, bool whole_disk);
  void transfer_some();
  void forge(NodeIndex to);
  [[nodiscard]] NodeIndex any_node();
  [[nodiscard]] bool has(Feature feature) const { return around_.plan.features.has(feature); }

  Surroundings& around_;
  std::vector<std::unique_ptr<Node>>& nodes_;
  Admin& admin_;
  bool stopped_ = false;
  std::optional<NodeIndex> left_down_;
};

}  // namespace godwit::sim
