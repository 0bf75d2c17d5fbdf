// Ids that several rooms share. What only one room uses is named there.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace godwit {

// A tenant has its own client ids, topics and rules. There is one today, number 0; the id is in
// every key and every call because it cannot be added later (P-17).
struct TenantIdTag;
using TenantId = StrongId<TenantIdTag, std::uint32_t>;

// An I/O thread of this process, counted from 0.
struct ThreadIndexTag;
using ThreadIndex = StrongId<ThreadIndexTag, std::uint16_t>;

// A broker node of the cluster; a shard of its state. Here because destinations name them already.
struct NodeIdTag;
using NodeId = StrongId<NodeIdTag, std::uint64_t>;
struct ShardIdTag;
using ShardId = StrongId<ShardIdTag, std::uint16_t>;

// A topic filter that somebody subscribes to, as the topic index of one I/O thread numbers it; 0:
// none. Here because a session keeps what it subscribes to by these numbers and never sees an
// index.
struct FilterIdTag;
using FilterId = StrongId<FilterIdTag, std::uint32_t>;

}  // namespace godwit
