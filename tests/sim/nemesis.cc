#include "tests/sim/nemesis.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace godwit::sim {

using std::chrono::milliseconds;

Nemesis::Nemesis(Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes, Admin& admin)
    : around_(around), nodes_(nodes), admin_(admin) {}

NodeIndex Nemesis::any_node() {
  if (around_.plan.nondeterministic) {
    // The mistake that the comparison of two runs has to notice: an address decides.
    return static_cast<NodeIndex>(std::hash<const Node*>()(nodes_.front().get()) /
                                  alignof(std::max_align_t) % nodes_.size());
  }
  return static_cast<NodeIndex>(around_.chance.below(nodes_.size()));
}

void Nemesis::plan_next() {
  around_.scheduler.after(
      around_.chance.between(Duration(milliseconds(5)), around_.plan.fault_interval_max), [this] {
        if (!stopped_) {
          strike();
          plan_next();
        }
      });
}

void Nemesis::strike() {
  constexpr std::array kStriking = {Feature::kCuts,      Feature::kClogs,      Feature::kSwizzle,
                                    Feature::kCrashes,   Feature::kPauses,     Feature::kSlowDisks,
                                    Feature::kFullDisks, Feature::kCorruption, Feature::kWipes,
                                    Feature::kTransfers, Feature::kHostile};
  const Feature feature = kStriking[around_.chance.below(kStriking.size())];
  const NodeIndex node = any_node();
  if (!has(feature)) {
    return;
  }
  switch (feature) {
    case Feature::kCuts:
      return cut_some();
    case Feature::kClogs:
      return around_.network.clog(
          node, any_node(),
          around_.scheduler.now() + milliseconds(around_.chance.between(20, 800)));
    case Feature::kSwizzle:
      return swizzle();
    case Feature::kCrashes:
      return crash(node);
    case Feature::kPauses:
      return nodes_[node]->pause(milliseconds(around_.chance.between(5, 1000)));
    case Feature::kSlowDisks:
      nodes_[node]->disk.set_slow(true);
      return around_.scheduler.after(milliseconds(around_.chance.between(100, 1000)),
                                     [this, node] { nodes_[node]->disk.set_slow(false); });
    case Feature::kFullDisks:
      around_.trace.say(around_.scheduler.now(), "node {} has no room on its disk", node);
      nodes_[node]->disk.set_full(true);
      return around_.scheduler.after(milliseconds(around_.chance.between(100, 1000)), [this, node] {
        nodes_[node]->disk.set_full(false);
        restart(node);
      });
    case Feature::kCorruption:
      return lose_data(node, false);
    case Feature::kWipes:
      return lose_data(node, true);
    case Feature::kTransfers:
      return transfer_some();
    default:
      return forge(node);
  }
}

void Nemesis::leader_elected(NodeIndex node) {
  if (!stopped_ && has(Feature::kChurn) && around_.chance.one_in(3)) {
    around_.scheduler.after(milliseconds(around_.chance.below(60)), [this, node] {
      if (!stopped_) {
        crash(node);
      }
    });
  }
}

void Nemesis::crash(NodeIndex node) {
  nodes_[node]->crash();
  around_.scheduler.after(milliseconds(around_.chance.between(1, 600)),
                          [this, node] { restart(node); });
}

void Nemesis::restart(NodeIndex node) {
  if (!nodes_[node]->alive() && !nodes_[node]->disk.is_full() && !left_down(node)) {
    nodes_[node]->start();
  }
}

// One direction, one node, or halves; for a while.
void Nemesis::cut_some() {
  Chance& chance = around_.chance;
  std::vector<std::pair<NodeIndex, NodeIndex>> links;
  const auto side = chance.next_u64();
  const bool one_way = chance.one_in(3);
  const NodeIndex alone = any_node();
  const bool halves = chance.one_in(2);
  for (NodeIndex a = 0; a < nodes_.size(); ++a) {
    for (NodeIndex b = 0; b < nodes_.size(); ++b) {
      const bool crosses =
          halves ? (side >> a & 1) == 0 && (side >> b & 1) == 1 : a == alone && b != alone;
      if (crosses) {
        links.emplace_back(a, b);
        if (!one_way) {
          links.emplace_back(b, a);
        }
      }
    }
  }
  for (const auto& [from, to] : links) {
    around_.trace.say(around_.scheduler.now(), "no way from node {} to node {}", from, to);
    around_.network.cut(from, to);
  }
  around_.scheduler.after(milliseconds(chance.between(50, 1500)), [this, links] {
    for (const auto& [from, to] : links) {
      around_.network.heal(from, to);
    }
  });
}

void Nemesis::swizzle() {
  std::vector<std::pair<NodeIndex, NodeIndex>> links;
  const NodeIndex node = any_node();
  for (NodeIndex other = 0; other < nodes_.size(); ++other) {
    if (other != node) {
      links.emplace_back(node, other);
      links.emplace_back(other, node);
    }
  }
  for (const auto& [from, to] : links) {
    const Duration begin = milliseconds(around_.chance.below(300));
    const Duration end = milliseconds(300 + around_.chance.below(500));
    around_.scheduler.after(begin, [this, from = from, to = to] {
      if (!stopped_) {
        around_.network.cut(from, to);
      }
    });
    around_.scheduler.after(end, [this, from = from, to = to] { around_.network.heal(from, to); });
  }
}

void Nemesis::lose_data(NodeIndex node, bool whole_disk) {
  const auto& images = nodes_[node]->disk.images();
  const bool allowed = std::all_of(images.begin(), images.end(), [&](const auto& image) {
    return admin_.may_lose(node, image.first);
  });
  if (!allowed || images.empty()) {
    return;
  }
  crash(node);
  Disk& disk = nodes_[node]->disk;
  if (whole_disk) {
    around_.trace.say(around_.scheduler.now(), "node {} gets an empty disk", node);
    for (const auto& [group, image] : images) {
      admin_.lose(node, group);
    }
    disk.wipe();
  } else if (around_.chance.one_in(2) && disk.lose_last_write()) {
    around_.trace.say(around_.scheduler.now(), "node {} loses its last write", node);
    // Amnesiac or not is for the end marker to say; here it is enough that it may be.
    for (const auto& [group, image] : images) {
      admin_.lose(node, group);
    }
  } else {
    const raft::GroupId group(
        1 + static_cast<std::uint32_t>(around_.chance.below(around_.plan.groups)));
    if (disk.damage(group)) {
      around_.trace.say(around_.scheduler.now(), "node {} has damaged bytes of group {}", node,
                        group.value());
      admin_.lose(node, group);
    }
  }
}

void Nemesis::transfer_some() {
  const raft::GroupId group(1 +
                            static_cast<std::uint32_t>(around_.chance.below(around_.plan.groups)));
  if (Node* leader = admin_.leader_of(group)) {
    const auto members = leader->find(group)->configuration().members();
    leader->transfer(group, around_.chance.pick(members).replica);
  }
}

// What no correct peer says. It must be refused, and change nothing.
void Nemesis::forge(NodeIndex to) {
  const raft::GroupId group(1);
  const raft::Raft* raft = nodes_[to]->find(group);
  const Image* image = nodes_[to]->disk.image(group);
  if (raft == nullptr || image == nullptr) {
    return;
  }
  const raft::ReplicaId self = image->replica();
  const raft::ReplicaId other(self.value() + 1);
  const raft::Term term = raft->term();
  const raft::LogIndex huge(raft::kLogIndexMax.value() + 1);
  const raft::Entry gap{term, raft::plus(raft->log().last().index, 7), raft::EntryKind::kNoOp, {}};
  const std::vector<raft::Message> forged = {
      {raft::GroupId(77), other, self, raft::Term(1 << 30), raft::Heartbeat{}},
      {group, other, raft::ReplicaId(1 << 20), raft::Term(1 << 30), raft::Heartbeat{}},
      {group, self, self, term, raft::Heartbeat{}},
      {group, other, self, raft::Term(raft::kTermMax.value() + 1), raft::Heartbeat{}},
      {group, other, self, raft::Term(0), raft::Heartbeat{}},
      {group, other, self, raft::Term(1 << 30), raft::Heartbeat{.commit = huge}},
      {group, other, self, term, raft::AppendReply{.matched = huge, .last = huge}},
      {group, other, self, raft::Term(1 << 30),
       raft::AppendRequest{.previous = raft->log().last(), .entries = {gap}}},
      {group, other, self, raft::Term(1 << 30), raft::InstallSnapshot{}},
      {group, other, self, raft::Term(1 << 30),
       raft::VoteRequest{.last = {raft::Term(1 << 30), raft::LogIndex(9)}}},
  };
  nodes_[to]->receive(any_node(), {.messages = {around_.chance.pick(forged)}});
}

void Nemesis::stop() {
  stopped_ = true;
  around_.network.heal_all();
  if (has(Feature::kMinority)) {
    const NodeIndex node = any_node();
    bool spare = true;
    for (std::uint32_t group = 1; group <= around_.plan.groups; ++group) {
      spare = spare && admin_.can_spare(node, raft::GroupId(group));
    }
    if (spare) {
      around_.trace.say(around_.scheduler.now(), "node {} stays down", node);
      nodes_[node]->crash();
      left_down_ = node;
    }
  }
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    nodes_[node]->disk.heal();
    restart(node);
  }
}

}  // namespace godwit::sim
