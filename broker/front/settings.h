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

// What keeps a turn short, so that nobody on a thread starves the others.
struct TurnLimits {
  // Of one connection: packets, and deliveries that they cause. What it has sent beyond that is
  // looked at in the next turn.
  std::size_t packets_max = 4'096;
  std::size_t deliveries_max = 16'384;
  // Receivers of one publish that are served in a turn; if there are more, the publish takes
  // several turns. A message that is sent alone costs about five microseconds, so this is ten
  // milliseconds.
  std::size_t fanout_receivers_max = 2'048;
};

struct FrontSettings {
  ThreadIndex self;
  std::uint16_t thread_count = 1;
  HashKey hash_key;
  session::SessionLimits limits;
  TurnLimits turn;
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
