// The shards of one thread: a driver of their Raft groups, a seat for each, and the way between
// fronts, logs, state machines and the commit thread.
//
// A turn: hand in what has arrived (requests, publishes, what the commit thread has finished), call
// `turn`, and take what it made: answers for the fronts, work for the commit thread.
//
// Thread: one shard thread, or an I/O thread that has the shards beside its front. Pure.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "broker/host/seat.h"
#include "cluster/replica/commit_queue.h"
#include "cluster/replica/driver.h"

namespace godwit::host {

struct HostPorts {
  const storage::Reader& store;
  Clock& clock;
  Random& random;
  raft::Probe& probe;
};

// What the commit thread has finished, by the work it was given.
struct Finished {
  replica::WriteNumber number;
  std::vector<raft::GroupId> states;
};
[[nodiscard]] Finished finished(const replica::CommitWork& work);

class Host final : private replica::Transport,
                   private replica::StateMachine,
                   private replica::Observer {
 public:
  Host(const HostPorts& ports, const HostIdentity& identity, const HostLimits& limits,
       const replica::DriverOptions& options);
  ~Host() override;

  // A shard of this node starts, from what was recovered or created. The error says why it cannot.
  Result<void, shard::ApplyError> add(ShardId shard, raft::ReplicaId replica,
                                      raft::Recovered recovered, std::uint32_t generation);

  // --- what has arrived ------------------------------------------------------------------------

  void request(Request request);
  void publish(Publish publish);
  void finish(const Finished& finished);

  // --- the turn --------------------------------------------------------------------------------

  void turn();
  [[nodiscard]] Answers take_answers() { return std::exchange(answers_, {}); }
  [[nodiscard]] std::vector<replica::CommitWork> take_work() { return queue_.take(); }
  // Not empty: a replica cannot go on, and the process has to end. For a human.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] bool has_work() const { return driver_.has_work(); }
  [[nodiscard]] Instant next_deadline() const;

  // Everything that has changed goes to the commit thread now: before an orderly end.
  void save_all();
  [[nodiscard]] Seat& seat(ShardId shard) { return *seats_.at(shard); }

 private:
  // Transport: a node alone has nobody to send to.
  void send(NodeId to, replica::Frame frame) override;
  void send_snapshot(NodeId to, raft::Message message) override;
  // StateMachine.
  void apply(raft::GroupId group, const raft::Entry& entry,
             const raft::Configuration& configuration) override;
  raft::LogIndex durable(raft::GroupId group) override;
  std::optional<raft::InstallSnapshot> snapshot(raft::GroupId group) override;
  void install(raft::GroupId group, const raft::InstallSnapshot& snapshot) override;
  // Observer.
  void role_changed(raft::GroupId group, const raft::RoleChange& change) override;
  void read_ready(raft::GroupId group, raft::ReadToken token) override;
  void read_lost(raft::GroupId group, raft::ReadToken token) override;

  void propose();
  void save_due();
  void give_fetched();
  void fail_with(ShardId shard, const std::string& text);
  // What follows from an entry of a shard that is led here.
  void perform(ShardId shard, Seat& seat);
  void resend_outbox(ShardId shard, const records::Destination& to, records::LaneSequence from);
  void send_outbox(ShardId shard, const records::Destination& to, records::LaneSequence sequence,
                   const records::OutboxRow& row);

  // Effects, one each.
  struct Performer;

  const HostPorts ports_;
  const HostIdentity identity_;
  const HostLimits limits_;
  replica::CommitQueue queue_;
  replica::Driver driver_;
  std::map<ShardId, std::unique_ptr<Seat>> seats_;
  Answers answers_;
  std::string failure_;
};

}  // namespace godwit::host
