// The state machine of the simulated cluster: registers and a queue, and for each client the answer
// to its last command, so that a repeat is answered and not done again (thesis, section 6.3).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "cluster/replica/state_machine.h"
#include "tests/sim/disk.h"
#include "tests/sim/history.h"

namespace godwit::sim {

struct Command {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;  // Of this client; repeats have the same.
  OperationKind kind = OperationKind::kWrite;
  std::uint32_t object = 0;
  std::uint64_t argument = 0;
};
[[nodiscard]] raft::Payload encode(const Command& command);
[[nodiscard]] Command decode_command(ByteView bytes);

struct Answer {
  std::uint64_t sequence = 0;
  std::uint64_t result = 0;
};

// The state of one group.
class GroupState {
 public:
  // What the command brings its client.
  std::uint64_t apply(const Command& command);
  [[nodiscard]] std::uint64_t read(std::uint32_t object) const;

  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static GroupState decode(ByteView bytes);

 private:
  std::map<std::uint32_t, std::uint64_t> registers_;
  std::deque<std::uint64_t> queue_;
  std::map<std::uint32_t, Answer> answers_;
};

// All groups of one process.
class Machine final : public replica::StateMachine {
 public:
  struct Events {
    // An entry was applied; `result` is the command's, 0 for other kinds.
    std::function<void(raft::GroupId, const raft::Entry&, std::uint64_t result)> applied;
    // The state at an index, as bytes.
    std::function<void(raft::GroupId, raft::LogIndex, const Bytes&)> saved;
  };
  Machine(Disk& disk, std::uint64_t save_interval, Events events);

  // A replica starts from what its disk has.
  void start(raft::GroupId group);
  void stop(raft::GroupId group) { groups_.erase(group); }
  [[nodiscard]] std::uint64_t read(raft::GroupId group, std::uint32_t object) const;
  [[nodiscard]] raft::LogIndex applied(raft::GroupId group) const;
  [[nodiscard]] Bytes bytes(raft::GroupId group) const;

  void apply(raft::GroupId group, const raft::Entry& entry,
             const raft::Configuration& configuration) override;
  raft::LogIndex durable(raft::GroupId group) override { return disk_.saved(group); }
  std::optional<raft::InstallSnapshot> snapshot(raft::GroupId group) override;
  void install(raft::GroupId group, const raft::InstallSnapshot& snapshot) override;

 private:
  struct One {
    GroupState state;
    raft::SnapshotMeta meta;
  };
  [[nodiscard]] const One& at(raft::GroupId group) const;

  Disk& disk_;
  const std::uint64_t save_interval_;
  Events events_;
  std::map<raft::GroupId, One> groups_;
};

}  // namespace godwit::sim
