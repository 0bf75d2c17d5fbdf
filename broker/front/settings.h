// What a front is built with. Plain values; the same for all fronts of a process except `self`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/siphash.h"
#include "broker/front/offers.h"
#include "broker/routing/retained_store.h"
#include "broker/routing/shared_group.h"
#include "broker/session/limits.h"

namespace godwit::front {

struct FrontSettings {
  ThreadIndex self;
  std::uint16_t thread_count = 1;
  HashKey hash_key;
  session::SessionLimits limits;
  Offers offers;
  routing::ShareStrategy share_strategy = routing::ShareStrategy::kRoundRobin;
  // Of the whole process; each front answers for its share of the threads.
  routing::RetainedLimits retained;
  // Bytes of queues, outboxes, retained messages and subscriptions of the whole process. Beyond a
  // front's share new connections, QoS 1 and 2 publishes and new subscriptions are refused (0x97)
  // and QoS 0 is dropped.
  std::size_t memory_budget_bytes = std::size_t{2} << 30U;
};

}  // namespace godwit::front
