// The tree of topic filters, level by level, with a set of entries where a filter ends.
//
// TopicIndex keeps subscribers in it, RouteTable destinations; both are four bytes of key and four
// of value to the tree. A node costs 32 bytes and 4 to 8 for its bucket, wherever it hangs: its
// literal children are found by one keyed hash over (parent, level) for the whole tree, so no node
// has a table of its own; its children `+` and `#` are numbers in the node.
//
// Matching walks the topic once and carries the set of nodes that fit so far. Nothing recurses, so
// the depth of a filter costs no stack (E-093); a topic is left as soon as no filter fits.
//
// Pure; owned by one index and used on its thread. `match` uses scratch space of the tree: not for
// two threads at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/siphash.h"
#include "base/strong_id.h"
#include "broker/mqtt/topic.h"
#include "broker/routing/entry_set.h"
#include "broker/routing/level_table.h"
#include "broker/routing/linear_hash.h"
#include "broker/routing/match_memo.h"
#include "broker/routing/slab.h"

namespace godwit::routing {

struct NodeTag;
using NodeIndex = StrongId<NodeTag, std::uint32_t>;  // 0: none.

class FilterTree {
 public:
  explicit FilterTree(const HashKey& key);
  FilterTree(const FilterTree&) = delete;
  FilterTree& operator=(const FilterTree&) = delete;

  struct Put {
    NodeIndex node;                         // Where the filter ends.
    std::optional<std::uint32_t> replaced;  // The value before; none if the entry is new.
  };
  // Adds the entry or replaces the value of its key.
  Put put(TenantId tenant, mqtt::TopicFilter filter, Entry entry);
  // Where the filter ends; none if it has no entries. A node belongs to one filter for as long as
  // that has an entry, and keeps its number.
  [[nodiscard]] NodeIndex find(TenantId tenant, mqtt::TopicFilter filter) const;
  // Null if the filter has no entry of this key, or the node is none. Valid until the tree is
  // changed.
  [[nodiscard]] std::uint32_t* find(NodeIndex node, std::uint32_t key);
  // True if it was there. Nodes and levels that nobody uses any more are given back.
  bool erase(NodeIndex node, std::uint32_t key);
  // The pattern of the filter that ends here, put together from its levels.
  void pattern(NodeIndex node, std::string& out) const;

  // The nodes whose filters match, each once and with at least one entry. Valid until the next
  // call. Allocates only while its scratch space grows.
  [[nodiscard]] std::span<const NodeIndex> match(TenantId tenant, mqtt::TopicName topic);
  [[nodiscard]] std::span<const Entry> entries(NodeIndex node) const {
    return pool_.entries(nodes_[node].entries);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t node_count() const { return node_count_; }
  // What all that costs, about: without the slack of blocks and tables.
  [[nodiscard]] std::size_t bytes() const {
    return node_count_ * kNodeBytes + levels_.bytes() + pool_.bytes();
  }

 private:
  // Two of them fill a line of the cache, and none lies across the edge of one.
  struct alignas(32) Node {
    NodeIndex parent;
    std::uint32_t word = 0;  // LevelIndex of a literal level; of the root of a tenant, the tenant.
    NodeIndex next;
    NodeIndex plus;
    NodeIndex hash;
    std::uint32_t literal_children = 0;
    EntrySet entries;
  };
  static_assert(sizeof(Node) == 32);  // Six numbers of four bytes, and eight for the entries.
  static constexpr std::size_t kNodeBytes = sizeof(Node) + sizeof(NodeIndex);  // With its bucket.
  // What a subscription may cost, if nobody else has its filter but others have its words: on two
  // threads a node with its bucket in the index of one and in the routes of the other (2 x 36), and
  // a number in its session's list, with as much slack (8). A level of its own would add 2 x 36.
  static_assert(2 * kNodeBytes + 2 * sizeof(FilterId) <= 150);

  struct HashOfNode {
    HashKey key;
    [[nodiscard]] std::uint32_t operator()(NodeIndex parent, std::uint32_t word) const;
    std::uint32_t operator()(const Node& node) const { return (*this)(node.parent, node.word); }
  };

  [[nodiscard]] NodeIndex literal_child(NodeIndex parent, std::uint32_t word) const;
  [[nodiscard]] std::string_view level_of(const Node& node) const;
  [[nodiscard]] NodeIndex find_or_make_node(TenantId tenant, mqtt::TopicFilter filter);
  [[nodiscard]] NodeIndex find_or_make_root(TenantId tenant);
  [[nodiscard]] NodeIndex find_or_make_child(NodeIndex parent, std::string_view level);
  [[nodiscard]] NodeIndex make_node(NodeIndex parent, std::uint32_t word);
  void prune(NodeIndex node);
  void detach(NodeIndex node);
  void walk(TenantId tenant, mqtt::TopicName topic);
  void step(std::string_view level, bool wildcards);
  void hit(NodeIndex node);

  HashOfNode hash_of_;
  LevelTable levels_;
  Slab<Node, NodeIndex> nodes_;
  LinearHash<Node, NodeIndex, HashOfNode> literals_;
  EntryPool pool_;
  std::size_t size_ = 0;
  std::size_t node_count_ = 0;
  std::uint64_t changes_ = 0;  // Of what some topic matches.
  MatchMemo<NodeIndex> memo_;

  // Scratch space of match().
  std::vector<NodeIndex> fitting_;
  std::vector<NodeIndex> fitting_next_;
  std::vector<NodeIndex> hits_;
};

}  // namespace godwit::routing
