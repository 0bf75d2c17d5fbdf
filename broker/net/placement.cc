#include "broker/net/placement.h"

#include "base/check.h"

namespace godwit::net {

std::size_t Placement::next(std::span<const ThreadLoad> threads) {
  CHECK(!threads.empty());
  return gathers(threads) ? 0 : least_loaded(threads);
}

bool Placement::gathers(std::span<const ThreadLoad> threads) const {
  if (settings_.rule != PlacementRule::kGather || threads.front().busy) {
    return false;
  }
  std::size_t connections = 0;
  for (const ThreadLoad& thread : threads) {
    connections += thread.connections;
  }
  return connections < settings_.gather_connections_max;
}

std::size_t Placement::least_loaded(std::span<const ThreadLoad> threads) {
  std::size_t best = turn_ % threads.size();
  for (std::size_t i = 1; i < threads.size(); ++i) {
    const std::size_t other = (turn_ + i) % threads.size();
    if (threads[other].connections < threads[best].connections) {
      best = other;
    }
  }
  turn_ = best + 1;
  return best;
}

}  // namespace godwit::net
