// One node: a disk that stays, and a process on it that comes and goes.
//
// The process is the real driver with the real cores; transport, disk, state machine and clock are
// the simulator's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "cluster/replica/driver.h"
#include "tests/sim/disk.h"
#include "tests/sim/machine.h"
#include "tests/sim/network.h"
#include "tests/sim/oracle.h"
#include "tests/sim/trace.h"

namespace godwit::sim {

// What a client asks a node to do.
struct Request {
  raft::GroupId group;
  Command command;
  bool by_read_index = false;  // A read beside the log.
};

// What all parts of a run share.
struct Surroundings {
  const Plan& plan;
  Scheduler& scheduler;
  Chance& chance;
  Network& network;
  Oracle& oracle;
  Trace& trace;
  // The answer to a request; `done` false: ask again, perhaps elsewhere.
  std::function<void(const Request&, bool done, std::uint64_t result)> answer;
  std::function<void(NodeIndex)> elected;
  // A leader has committed more than at its last turn.
  std::function<void(NodeIndex, raft::GroupId, const raft::Raft&)> committed;
};

class Node final : public replica::Transport, public replica::Observer, public Clock {
 public:
  Node(NodeIndex index, Surroundings& around);

  // --- the process -----------------------------------------------------------------------------

  [[nodiscard]] bool alive() const { return process_ != nullptr; }
  [[nodiscard]] bool paused() const { return around_.scheduler.now() < paused_until_; }
  // Judges what is on the disk and starts. Returns the groups whose replica is amnesiac.
  void start();
  void crash();
  void pause(Duration length);

  // --- events ----------------------------------------------------------------------------------

  void receive(NodeIndex from, replica::Frame frame);
  void unreachable(NodeIndex node);
  void request(Request request);

  // --- what an operator does -------------------------------------------------------------------

  void create_replica(raft::GroupId group, raft::ReplicaId replica);
  // The first replica of a group that is being created.
  void create_founder(raft::GroupId group, raft::ReplicaId replica,
                      const raft::Configuration& configuration);
  void remove_replica(raft::GroupId group);
  bool change(raft::GroupId group, const raft::Configuration& target);
  void transfer(raft::GroupId group, raft::ReplicaId target);

  // Null: no process, or no such group in it.
  [[nodiscard]] const raft::Raft* find(raft::GroupId group) const;
  [[nodiscard]] raft::LogIndex applied(raft::GroupId group) const;
  [[nodiscard]] Bytes state(raft::GroupId group) const;
  Disk disk;

  // --- ports -----------------------------------------------------------------------------------

  void send(NodeId to, replica::Frame frame) override;
  void send_snapshot(NodeId to, raft::Message message) override;
  void role_changed(raft::GroupId group, const raft::RoleChange& change) override;
  void read_ready(raft::GroupId group, raft::ReadToken token) override;
  void read_lost(raft::GroupId group, raft::ReadToken token) override;
  [[nodiscard]] Instant now() const override;

 private:
  struct Process {
    MetricSheet sheet;
    raft::Probe probe{sheet};
    std::unique_ptr<Machine> machine;
    std::unique_ptr<replica::Driver> driver;
    std::vector<std::pair<NodeIndex, replica::Frame>> inbox;
    std::vector<Request> requests;
    std::vector<std::function<void()>> calls;  // What the storage has to say.
    struct Proposed {
      raft::Term term;
      Request request;
    };
    std::map<std::pair<raft::GroupId, raft::LogIndex>, Proposed> proposals;
    std::map<raft::ReadToken, Request> reads;
    std::map<raft::GroupId, raft::LogIndex> commits;  // Of the groups that it leads, as seen.
  };

  void build_process();
  void wake(Duration delay);
  void wake_for_deadline();
  void turn();
  void take_requests();
  void applied_entry(raft::GroupId group, const raft::Entry& entry, std::uint64_t result);
  // What must hold of a leader after each turn.
  void check_leaders();
  // Runs `call` in the process's next turn.
  void later(std::function<void(Process&)> call);
  [[nodiscard]] Instant global(Instant local) const;

  const NodeIndex index_;
  Surroundings& around_;
  std::unique_ptr<Process> process_;
  std::uint64_t life_ = 0;
  std::int64_t speed_ppm_ = 1'000'000;  // Of its clock.
  Instant paused_until_{};
  Instant next_wake_ = kNever;
  std::uint64_t next_token_ = 1;
};

}  // namespace godwit::sim
