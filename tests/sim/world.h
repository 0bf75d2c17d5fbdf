// One run: a cluster, its clients, its enemies and its judges, from one plan.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/admin.h"
#include "tests/sim/client.h"
#include "tests/sim/nemesis.h"
#include "tests/sim/node.h"

namespace godwit::sim {

struct Outcome {
  std::optional<std::string> violation;
  std::uint64_t hash = 0;  // Of all that happened.
  std::uint64_t steps = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t committed = 0;
  std::uint64_t terms = 0;
  Duration length{};
};

class World {
 public:
  World(const Plan& plan, bool readable);

  Outcome run();

 private:
  void build();
  // Runs until `end` or a violation.
  void run_until(Instant end);
  // After everything has healed: everybody is served and everybody is equal, soon.
  void demand_progress();
  [[nodiscard]] std::optional<std::string> unfinished();
  [[nodiscard]] std::optional<std::string> unfinished_group(raft::GroupId group);
  void check_histories();
  // An acknowledgement means: durable on a majority, of both halves if there are two.
  void check_durable(NodeIndex node, raft::GroupId group, const raft::Raft& leader);
  [[nodiscard]] Outcome outcome();

  const Plan plan_;
  Chance chance_;
  Trace trace_;
  Scheduler scheduler_;
  Oracle oracle_;
  Network network_;
  Surroundings around_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Client>> clients_;
  Admin admin_;
  Nemesis nemesis_;
};

}  // namespace godwit::sim
