#include "broker/routing/filter_tree.h"

#include <utility>

namespace godwit::routing {
namespace {

// The parent of the roots of tenants, which are found like literal children.
constexpr NodeIndex kAboveRoots{};

}  // namespace

FilterTree::FilterTree(const HashKey& key)
    : hash_of_{key}, levels_(key), literals_(nodes_, hash_of_) {}

// The numbers are ours and not a client's, but a client can steer the order in which they are
// given out; so the mix has a secret, though it is no SipHash.
std::uint32_t FilterTree::HashOfNode::operator()(NodeIndex parent, std::uint32_t word) const {
  std::uint64_t mixed = (std::uint64_t{parent.value()} << 32U | word) ^ key.k0;
  mixed = (mixed ^ mixed >> 32U) * 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ mixed >> 29U) * (key.k1 | 1U);
  return static_cast<std::uint32_t>(mixed >> 32U);
}

NodeIndex FilterTree::literal_child(NodeIndex parent, std::uint32_t word) const {
  return literals_.find(hash_of_(parent, word), [&](const Node& node) {
    return node.parent == parent && node.word == word;
  });
}

FilterTree::Put FilterTree::put(TenantId tenant, mqtt::TopicFilter filter, Entry entry) {
  const NodeIndex node = find_or_make_node(tenant, filter);
  const Put done{.node = node, .replaced = pool_.put(nodes_[node].entries, entry)};
  if (!done.replaced) {
    ++size_;
    ++changes_;
  }
  return done;
}

std::uint32_t* FilterTree::find(NodeIndex node, std::uint32_t key) {
  return node == NodeIndex{} ? nullptr : pool_.find(nodes_[node].entries, key);
}

bool FilterTree::erase(NodeIndex node, std::uint32_t key) {
  if (node == NodeIndex{} || !pool_.erase(nodes_[node].entries, key)) {
    return false;
  }
  --size_;
  ++changes_;
  prune(node);
  return true;
}

NodeIndex FilterTree::find(TenantId tenant, mqtt::TopicFilter filter) const {
  NodeIndex node = literal_child(kAboveRoots, tenant.value());
  mqtt::TopicLevels levels = filter.levels();
  std::string_view level;
  while (node != NodeIndex{} && levels.next(level)) {
    if (level == "+") {
      node = nodes_[node].plus;
    } else if (level == "#") {
      node = nodes_[node].hash;
    } else {
      const LevelIndex word = levels_.find(level);
      node = word == LevelIndex{} ? NodeIndex{} : literal_child(node, word.value());
    }
  }
  return node == NodeIndex{} || nodes_[node].entries.empty() ? NodeIndex{} : node;
}

std::string_view FilterTree::level_of(const Node& node) const {
  if (node.word != 0) {
    return levels_.text(LevelIndex{node.word});
  }
  return &nodes_[nodes_[node.parent].plus] == &node ? "+" : "#";
}

// From its end to its beginning, as the nodes are linked; twice, because the length comes first.
void FilterTree::pattern(NodeIndex node, std::string& out) const {
  std::size_t size = 0;
  for (NodeIndex at = node; nodes_[at].parent != kAboveRoots; at = nodes_[at].parent) {
    size += level_of(nodes_[at]).size() + 1;
  }
  out.assign(size - 1, '/');
  std::size_t end = out.size();
  for (NodeIndex at = node; nodes_[at].parent != kAboveRoots; at = nodes_[at].parent) {
    const std::string_view level = level_of(nodes_[at]);
    level.copy(&out[end - level.size()], level.size());
    end -= level.size() + 1;  // Wraps behind the first level, where it is used no more.
  }
}

NodeIndex FilterTree::find_or_make_node(TenantId tenant, mqtt::TopicFilter filter) {
  NodeIndex node = find_or_make_root(tenant);
  mqtt::TopicLevels levels = filter.levels();
  std::string_view level;
  while (levels.next(level)) {
    node = find_or_make_child(node, level);
  }
  return node;
}

NodeIndex FilterTree::find_or_make_root(TenantId tenant) {
  NodeIndex root = literal_child(kAboveRoots, tenant.value());
  if (root == NodeIndex{}) {
    root = make_node(kAboveRoots, tenant.value());
    literals_.link(root);
  }
  return root;
}

NodeIndex FilterTree::find_or_make_child(NodeIndex parent, std::string_view level) {
  if (level == "+" || level == "#") {
    NodeIndex& child = level == "+" ? nodes_[parent].plus : nodes_[parent].hash;
    // Blocks never move, so the reference outlives the making of another node.
    if (child == NodeIndex{}) {
      child = make_node(parent, 0);
    }
    return child;
  }
  LevelIndex word = levels_.find(level);
  if (word != LevelIndex{}) {
    const NodeIndex child = literal_child(parent, word.value());
    if (child != NodeIndex{}) {
      return child;
    }
  }
  word = levels_.acquire(level);
  const NodeIndex child = make_node(parent, word.value());
  literals_.link(child);
  ++nodes_[parent].literal_children;
  return child;
}

NodeIndex FilterTree::make_node(NodeIndex parent, std::uint32_t word) {
  const NodeIndex node = nodes_.take();
  nodes_[node].parent = parent;
  nodes_[node].word = word;
  ++node_count_;
  return node;
}

// Takes away `node` and those above it that hold nothing any more.
void FilterTree::prune(NodeIndex node) {
  while (node != kAboveRoots) {
    const Node& its = nodes_[node];
    if (!its.entries.empty() || its.literal_children > 0 || its.plus != NodeIndex{} ||
        its.hash != NodeIndex{}) {
      return;
    }
    const NodeIndex parent = its.parent;
    detach(node);
    nodes_.give_back(node);
    --node_count_;
    node = parent;
  }
}

void FilterTree::detach(NodeIndex node) {
  const Node& its = nodes_[node];
  if (its.parent == kAboveRoots) {
    literals_.unlink(node);
    return;
  }
  Node& parent = nodes_[its.parent];
  if (parent.plus == node) {
    parent.plus = NodeIndex{};
  } else if (parent.hash == node) {
    parent.hash = NodeIndex{};
  } else {
    literals_.unlink(node);
    levels_.release(LevelIndex{its.word});
    --parent.literal_children;
  }
}

std::span<const NodeIndex> FilterTree::match(TenantId tenant, mqtt::TopicName topic) {
  if (size_ == 0 || topic.empty()) {
    return {};
  }
  if (const auto known = memo_.find(tenant, topic.text(), changes_)) {
    return *known;
  }
  hits_.clear();
  walk(tenant, topic);
  memo_.keep(tenant, topic.text(), changes_, hits_);
  return hits_;
}

// Adds what matches to hits_.
void FilterTree::walk(TenantId tenant, mqtt::TopicName topic) {
  fitting_.clear();
  const NodeIndex root = literal_child(kAboveRoots, tenant.value());
  if (root == NodeIndex{}) {
    return;
  }
  fitting_.push_back(root);
  // MQTT-4.7.2-1: a leading wildcard does not match a topic that begins with `$`.
  bool wildcards = !topic.begins_with_dollar();
  mqtt::TopicLevels levels = topic.levels();
  std::string_view level;
  while (!fitting_.empty() && levels.next(level)) {
    step(level, wildcards);
    wildcards = true;
  }
  for (const NodeIndex node : fitting_) {
    hit(node);
    // `a/#` takes the parent `a` too (4.7.1.2).
    hit(nodes_[node].hash);
  }
}

// One level down: from the nodes that fit so far to those that fit with `level`.
void FilterTree::step(std::string_view level, bool wildcards) {
  fitting_next_.clear();
  // Looked up when the first node asks for it, and once.
  LevelIndex word;
  bool word_known = false;
  for (const NodeIndex index : fitting_) {
    const Node& node = nodes_[index];
    if (wildcards) {
      hit(node.hash);
      if (node.plus != NodeIndex{}) {
        fitting_next_.push_back(node.plus);
      }
    }
    if (node.literal_children == 0) {
      continue;
    }
    if (!word_known) {
      word = levels_.find(level);
      word_known = true;
    }
    if (word == LevelIndex{}) {
      continue;
    }
    const NodeIndex child = literal_child(index, word.value());
    if (child != NodeIndex{}) {
      fitting_next_.push_back(child);
    }
  }
  std::swap(fitting_, fitting_next_);
}

void FilterTree::hit(NodeIndex node) {
  if (node != NodeIndex{} && !nodes_[node].entries.empty()) {
    hits_.push_back(node);
  }
}

}  // namespace godwit::routing
