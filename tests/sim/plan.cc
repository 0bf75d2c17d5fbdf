#include "tests/sim/plan.h"

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, kFeatures> kNames = {
    "loss",       "delay",     "duplicates", "cuts",       "clogs",       "swizzle",    "crashes",
    "pauses",     "drift",     "slow-disks", "full-disks", "torn-writes", "corruption", "wipes",
    "membership", "transfers", "churn",      "hostile",    "minority"};

// Small bounds are reached often.
void choose_bounds(Plan& plan, Chance& chance) {
  raft::Options& raft = plan.driver.raft;
  raft.heartbeat_interval = milliseconds(chance.between(20, 60));
  raft.election_timeout_min = raft.heartbeat_interval * chance.between(4, 8);
  raft.election_timeout_max = raft.election_timeout_min * 2;
  raft.append_bytes_max = chance.one_in(2) ? chance.between(64, 512) : 256 * 1024;
  raft.append_entries_max = chance.one_in(2) ? chance.between(1, 20) : 1024;
  raft.in_flight_appends_max = chance.between(1, 16);
  raft.in_flight_bytes_max = chance.between(256, 65536);
  raft.uncommitted_bytes_max = chance.one_in(3) ? 2048 : 1024 * 1024;
  raft.apply_bytes_max = chance.one_in(3) ? 128 : 1024 * 1024;
  raft.log_cache_bytes_max = chance.one_in(2) ? chance.between(0, 1024) : 1024 * 1024;
  plan.driver.log_entries_kept = chance.one_in(4) ? 1000 : chance.between(0, 6);
  plan.save_interval = chance.between(2, 15);
}

void choose_sizes(Plan& plan, Chance& chance) {
  constexpr std::array<std::uint32_t, 8> kNodes = {3, 3, 3, 3, 5, 5, 4, 1};
  plan.nodes = kNodes[chance.below(kNodes.size())];
  plan.voters = plan.nodes > 3 && chance.one_in(2) ? 3 : plan.nodes;
  plan.groups = chance.one_in(3) ? 2 : 1;
  plan.clients = static_cast<std::uint32_t>(chance.between(2, 5));
  plan.length = milliseconds(chance.between(1500, 5000));
  plan.think_time_max = milliseconds(chance.between(2, 60));
  plan.fault_interval_max = milliseconds(chance.between(50, 800));
}

void choose_rates(Plan& plan, Chance& chance) {
  plan.network_delay_max =
      plan.features.has(Feature::kDelay) ? milliseconds(chance.between(5, 60)) : milliseconds(2);
  plan.disk_latency_max = milliseconds(chance.between(1, 8));
  if (plan.features.has(Feature::kLoss)) {
    plan.loss_permyriad = chance.between(10, 2000);
  }
  if (plan.features.has(Feature::kDuplicates)) {
    plan.duplicate_permyriad = chance.between(10, 2000);
  }
}

}  // namespace

std::string_view name_of(Feature feature) { return kNames[static_cast<std::size_t>(feature)]; }

std::string FeatureSet::text() const {
  std::string text;
  for (std::size_t place = 0; place < kFeatures; ++place) {
    if (has(static_cast<Feature>(place))) {
      text += text.empty() ? "" : ",";
      text += kNames[place];
    }
  }
  return text.empty() ? "none" : text;
}

Plan make_plan(std::uint64_t seed) {
  Chance chance(mix(seed) ^ 0x506c616e);
  Plan plan{.seed = seed};
  // One run in four has few features, one in four nearly all.
  const std::uint64_t density = chance.pick(std::vector<std::uint64_t>{15, 40, 60, 85});
  for (std::size_t place = 0; place < kFeatures; ++place) {
    plan.features.set(static_cast<Feature>(place), chance.below(100) < density);
  }
  choose_sizes(plan, chance);
  choose_bounds(plan, chance);
  choose_rates(plan, chance);
  plan.encoded = chance.one_in(4);
  return plan;
}

}  // namespace godwit::sim
