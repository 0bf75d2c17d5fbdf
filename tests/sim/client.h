// One client: one operation at a time, asked again until it is answered, at whatever node may know.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/sim/history.h"
#include "tests/sim/node.h"

namespace godwit::sim {

class Client {
 public:
  Client(std::uint32_t id, Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes);

  void start();
  void answered(const Request& request, bool done, std::uint64_t result);
  // No operations but this one from here on; then it is idle.
  void finish(raft::GroupId group);
  [[nodiscard]] bool idle() const { return finishing_ && !busy_; }

  [[nodiscard]] const std::vector<History>& histories() const { return histories_; }

 private:
  void think();
  void begin(raft::GroupId group);
  // Sends the current request once more, and looks again if that is not answered.
  void attempt();

  const std::uint32_t id_;
  Surroundings& around_;
  std::vector<std::unique_ptr<Node>>& nodes_;
  std::vector<History> histories_;  // One for each group.
  std::vector<NodeIndex> guesses_;  // Who led each group when it was last heard of.
  Request current_;
  bool busy_ = false;
  bool finishing_ = false;
  std::uint64_t sequence_ = 0;
  std::uint64_t attempts_ = 0;
};

}  // namespace godwit::sim
