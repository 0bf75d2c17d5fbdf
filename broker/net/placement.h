// Which I/O thread gets the next connection.
//
// Clients that talk to each other are cheapest on one thread: what goes between two costs a wake-up
// and a copy. So `gather` fills the first thread as long as it has time to spare, and spreads only
// what one thread should not carry.
//
// Owner: the distributor. Thread: its. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace godwit::net {

enum class PlacementRule : std::uint8_t {
  kGather,  // The first thread, until there are too many or it is busy; then as kSpread.
  kSpread,  // The thread with the fewest connections; of several, the next in turn.
};

struct PlacementSettings {
  PlacementRule rule = PlacementRule::kGather;
  // Of the whole process: from so many connections on they are spread.
  std::size_t gather_connections_max = 256;
};

// What is known of a thread when a connection is placed.
struct ThreadLoad {
  std::size_t connections = 0;  // Those on their way to it included.
  bool busy = false;            // It has little time to spare.
};

class Placement {
 public:
  explicit Placement(const PlacementSettings& settings) : settings_(settings) {}

  // An index into `threads`, of which there is at least one.
  [[nodiscard]] std::size_t next(std::span<const ThreadLoad> threads);

 private:
  [[nodiscard]] bool gathers(std::span<const ThreadLoad> threads) const;
  [[nodiscard]] std::size_t least_loaded(std::span<const ThreadLoad> threads);

  const PlacementSettings settings_;
  std::size_t turn_ = 0;  // Where the search for the fewest begins.
};

}  // namespace godwit::net
