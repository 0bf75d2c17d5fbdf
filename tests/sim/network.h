// The network between nodes: frames are lost, late, doubled, reordered, held back and cut off.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "cluster/replica/transport.h"
#include "tests/sim/plan.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/trace.h"

namespace godwit::sim {

// A node by its number, from 0. Its NodeId is one more.
using NodeIndex = std::uint32_t;
[[nodiscard]] inline NodeId id_of(NodeIndex index) { return NodeId(index + 1); }
[[nodiscard]] inline NodeIndex index_of(NodeId node) {
  return static_cast<NodeIndex>(node.value() - 1);
}

class Network {
 public:
  using Deliver = std::function<void(NodeIndex from, NodeIndex to, replica::Frame frame)>;
  using Undelivered = std::function<void(NodeIndex from, NodeIndex to)>;

  Network(const Plan& plan, Scheduler& scheduler, Chance& chance);

  void connect(Deliver deliver, Undelivered undelivered);

  void send(NodeIndex from, NodeIndex to, const replica::Frame& frame);
  // How long something takes from one node to another now; nothing: it does not arrive.
  [[nodiscard]] std::optional<Duration> journey(NodeIndex from, NodeIndex to);

  // One direction of a link.
  void cut(NodeIndex from, NodeIndex to) { link(from, to).cut = true; }
  void heal(NodeIndex from, NodeIndex to) { link(from, to).cut = false; }
  [[nodiscard]] bool is_cut(NodeIndex from, NodeIndex to) { return link(from, to).cut; }
  void clog(NodeIndex from, NodeIndex to, Instant until) { link(from, to).clogged_until = until; }
  // Everything arrives from here on.
  void heal_all();

 private:
  struct Link {
    bool cut = false;
    Instant clogged_until{};
  };
  [[nodiscard]] Link& link(NodeIndex from, NodeIndex to) { return links_[from * nodes_ + to]; }

  const Plan& plan_;
  Scheduler& scheduler_;
  Chance& chance_;
  std::uint32_t nodes_;
  std::vector<Link> links_;
  bool healed_ = false;
  Deliver deliver_;
  Undelivered undelivered_;
};

}  // namespace godwit::sim
