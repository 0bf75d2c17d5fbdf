// What a seed stands for: sizes, bounds, and which faults happen at all (swarm testing, Groce et
// al., ISSTA 2012: runs that leave features out find what runs with all of them hide).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cluster/replica/driver.h"
#include "tests/sim/chance.h"

namespace godwit::sim {

enum class Feature : std::uint8_t {
  kLoss,        // Frames vanish.
  kDelay,       // ... are late, and so out of order.
  kDuplicates,  // ... arrive twice.
  kCuts,        // Links fail, in one direction or both; nodes are alone.
  kClogs,       // Links hold everything back for a while.
  kSwizzle,     // Links are cut one by one and healed in another order (FoundationDB).
  kCrashes,     // Processes die; what was not synced is lost, in part.
  kPauses,      // Processes stand still.
  kDrift,       // Clocks run at different speeds.
  kSlowDisks,   // Syncs take long.
  kFullDisks,   // A write ends the process until there is room.
  kTornWrites,  // A crash leaves a part of a write.
  kCorruption,  // Synced bytes are damaged, misplaced or missing at a restart.
  kWipes,       // A disk is replaced by an empty one.
  kMembership,  // Replicas come and go.
  kTransfers,   // Leadership is handed around.
  kChurn,       // Leaders die soon after they were elected (paper, figure 8).
  kHostile,     // Messages that no correct peer would send.
  kMinority,    // At the end a minority stays down.
};
inline constexpr std::size_t kFeatures = 19;
[[nodiscard]] std::string_view name_of(Feature feature);

class FeatureSet {
 public:
  [[nodiscard]] bool has(Feature feature) const { return (bits_ >> index(feature) & 1) != 0; }
  void set(Feature feature, bool on) {
    const std::uint32_t bit = std::uint32_t{1} << index(feature);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }
  [[nodiscard]] std::string text() const;

 private:
  static unsigned index(Feature feature) { return static_cast<unsigned>(feature); }
  std::uint32_t bits_ = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  FeatureSet features;
  std::uint32_t nodes = 3;
  std::uint32_t groups = 1;
  std::uint32_t voters = 3;  // Of each group at first.
  std::uint32_t clients = 3;
  Duration length{};  // Of the phase with faults.
  Duration think_time_max{};
  Duration fault_interval_max{};
  Duration network_delay_max{};
  Duration disk_latency_max{};
  std::uint64_t loss_permyriad = 0;
  std::uint64_t duplicate_permyriad = 0;
  std::uint64_t save_interval = 10;  // The state is saved whenever its index is a multiple.
  replica::DriverOptions driver;
  bool encoded = false;           // Messages travel as bytes, as they do between real nodes.
  bool nondeterministic = false;  // Planted: chance that does not come from the seed.
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

}  // namespace godwit::sim
