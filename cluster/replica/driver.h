// Drives all Raft groups of one shard thread: brings events to the cores, and does what they say.
//
// A turn: the thread hands in what has arrived (receive, written, fetched, propose …), then calls
// `turn`, which lets time pass, and gathers what all groups want into one write, one frame a node,
// and calls of the state machine. Acknowledgements and other messages that need the disk leave in
// the turn after their write is done.
//
// Thread: the shard thread's. Owns its groups; the ports outlive it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "cluster/raft/probe.h"
#include "cluster/raft/raft.h"
#include "cluster/replica/group.h"
#include "cluster/replica/log_store.h"
#include "cluster/replica/state_machine.h"
#include "cluster/replica/transport.h"

namespace godwit::replica {

struct Ports {
  Transport& transport;
  LogStore& log_store;
  StateMachine& state_machine;
  Observer& observer;
  Clock& clock;
  Random& random;
  raft::Probe& probe;
};

struct DriverOptions {
  raft::Options raft;
  // Entries behind the durable state that stay on disk for slow followers.
  std::uint64_t log_entries_kept = 10'000;
  // Of one group in one turn, so that a restarted or a busy one leaves time for the others.
  std::size_t readies_per_turn_max = 16;
};

class Driver {
 public:
  Driver(const Ports& ports, const DriverOptions& options);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // A replica of this node starts, from what the storage found and `judge` made of it.
  void add(raft::Identity identity, raft::Recovered recovered);
  // It ends; what is still on its way to the disk is not told to it.
  void remove(raft::GroupId group);

  // --- what has arrived ------------------------------------------------------------------------

  void receive(NodeId from, Frame frame);
  void written(WriteNumber number);
  void fetched(raft::GroupId group, raft::Fetched fetched);
  void snapshot_sent(raft::GroupId group, raft::ReplicaId to,
                     std::optional<raft::LogPosition> sent);
  // A frame to this node was lost, or it cannot be reached.
  void unreachable(NodeId node);

  // --- requests of this node -------------------------------------------------------------------

  Result<raft::Proposed, raft::ProposeError> propose(raft::GroupId group,
                                                     std::span<const raft::Payload> batch);
  Result<raft::Proposed, raft::ProposeError> change_configuration(
      raft::GroupId group, const raft::Configuration& target);
  Result<void, raft::ProposeError> read(raft::GroupId group, raft::ReadToken token);
  Result<void, raft::ProposeError> transfer_leadership(raft::GroupId group, raft::ReplicaId target);

  // --- the turn --------------------------------------------------------------------------------

  void turn();
  // Something is left to do, whatever the time.
  [[nodiscard]] bool has_work() const { return !dirty_.empty(); }
  // Without news, the next turn is due then.
  [[nodiscard]] Instant next_deadline() const;

  // --- looking ---------------------------------------------------------------------------------

  // Null: no such group here.
  [[nodiscard]] const raft::Raft* find(raft::GroupId group) const;

 private:
  struct Write {
    WriteNumber number;
    struct Part {
      raft::GroupId group;
      raft::ReplicaId replica;
      raft::PersistNumber persist;
    };
    std::vector<Part> parts;
  };
  // What the turn has gathered.
  struct Gathered {
    std::vector<GroupWrite> writes;
    std::map<NodeId, Frame> frames;
  };

  [[nodiscard]] Group* group(raft::GroupId id);
  // Asks the core of a group; what follows from it is done by the next turn.
  template <class Request>
  [[nodiscard]] std::invoke_result_t<Request, raft::Raft&> ask(raft::GroupId group_id,
                                                               Request request);
  void touch(Group& group);
  void tick_due(Instant now);
  void finish(Group& group, const raft::Persist& persist);
  // Does what one ready of a group says.
  void perform(Group& group, raft::Ready ready, Gathered& gathered);
  void post(const Group& group, std::vector<raft::Message> messages, Gathered& gathered);
  void send_snapshot(Group& group, raft::ReplicaId to);
  void answer_reads(Group& group);
  void hand_over(Gathered gathered);
  // Every mark interval: end markers and compaction.
  void keep_house();

  Ports ports_;
  DriverOptions options_;
  std::map<raft::GroupId, std::unique_ptr<Group>> groups_;
  std::vector<raft::GroupId> dirty_;
  std::deque<Write> writes_;  // Not written yet.
  WriteNumber last_write_;
  Gathered waiting_messages_;  // Of finished writes, for the next turn's frames.
  Instant next_house_keeping_;
};

}  // namespace godwit::replica
