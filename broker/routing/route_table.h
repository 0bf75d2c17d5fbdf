// The node's view of who else wants a topic: from filters to destinations (design section 5).
//
// One interface in front of two structures: today a replica per I/O thread that holds the filters
// of the *other* I/O threads; in a cluster also nodes (clean sessions) and shards (durable ones).
// The destination matches exactly again, so a destination too many costs a hop, never a delivery;
// one too few would lose messages and must not happen (P-1).
//
// Pure and single-threaded: readers never lock because each has its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/siphash.h"
#include "broker/mqtt/topic.h"

namespace godwit::routing {

struct Destination {
  enum class Kind : std::uint8_t { kIoThread, kNode, kShard };
  Kind kind = Kind::kIoThread;
  std::uint64_t number = 0;  // Of the ThreadIndex, NodeId or ShardId.

  [[nodiscard]] static Destination of(ThreadIndex thread) {
    return {Kind::kIoThread, thread.value()};
  }
  [[nodiscard]] static Destination of(NodeId node) { return {Kind::kNode, node.value()}; }
  [[nodiscard]] static Destination of(ShardId shard) { return {Kind::kShard, shard.value()}; }
  friend bool operator==(const Destination&, const Destination&) = default;
};

class RouteTable {
 public:
  explicit RouteTable(HashKey key);
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // A destination's interest in a filter is counted: as many removes as adds end it. True if this
  // was the first.
  bool add(TenantId tenant, mqtt::TopicFilter filter, Destination destination);
  // True if this was the last.
  bool remove(TenantId tenant, mqtt::TopicFilter filter, Destination destination);

  // Appends each interested destination once.
  void lookup(TenantId tenant, mqtt::TopicName topic, std::vector<Destination>& out) const;

  // With no foreign destination at all the hot path does not even look.
  [[nodiscard]] bool empty() const;
  // What it costs, about.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::routing
