// One replica of one Raft group, as a step function: events go in, `ready()` says what to do.
//
//   driver:  raft.tick(now);  raft.step(message, now);  raft.propose(batch);  raft.read(token);
//            while (raft.has_ready()) { Ready ready = raft.ready(); ... }
//            raft.persisted(number)            when the storage has made a request durable
//
// No clock, socket, disk, thread or chance inside; what it needs of them is handed in. It never
// blocks and never throws, and a message of a peer, however wrong, is refused with a reason and
// changes nothing. A CHECK that fails is our bug and ends the process.
//
// Thread: the shard thread of its group. Owned by whoever drives the group (cluster/replica).
// docs/internals/raft.md explains the core; the papers are named in ids.h.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cluster/raft/candidate.h"
#include "cluster/raft/configuration.h"
#include "cluster/raft/follower.h"
#include "cluster/raft/leader.h"
#include "cluster/raft/message.h"
#include "cluster/raft/ready.h"
#include "cluster/raft/refusal.h"
#include "cluster/raft/self.h"
#include "cluster/raft/setup.h"

namespace godwit::raft {

// Entries read back from disk for a follower, in answer to a Fetch.
struct Fetched {
  ReplicaId to;
  LogPosition previous;        // Of the entry before the first.
  std::vector<Entry> entries;  // Directly after `previous`; none: they are gone, send a snapshot.
};

// Where a batch of proposals ended up in the leader's log. An entry is committed when one of this
// term is handed out at its index, and lost when one of another term is.
struct Proposed {
  LogPosition first;
  LogPosition last;
};

class Raft {
 public:
  Raft(Setup setup, Instant now);
  Raft(const Raft&) = delete;
  Raft& operator=(const Raft&) = delete;

  // --- events ----------------------------------------------------------------------------------

  // Time passes. Call at least once a heartbeat interval, and before other events of a turn.
  void tick(Instant now);
  // A message of a peer. Refused: counted already, and nothing changed.
  Result<void, Refusal> step(Message message, Instant now);
  // Everything up to and including this request is durable.
  void persisted(PersistNumber number);
  // The answer to a Fetch.
  void fetched(Fetched fetched);
  // The storage has dropped its log up to and including `index`, which is applied and durable.
  void compacted(LogIndex index);
  // A snapshot that `ready()` asked for has been handed to the peer, or could not be.
  void snapshot_sent(ReplicaId to, std::optional<LogPosition> sent);
  // Messages to this replica did not arrive: send carefully until it answers.
  void unreachable(ReplicaId replica);

  // --- requests of this node -------------------------------------------------------------------

  // Appends commands to the leader's log, in order, all or none.
  Result<Proposed, ProposeError> propose(std::span<const Payload> batch);
  // Makes `target` (not joint) the configuration, through a joint one if voters change. One change
  // at a time; the leader leaves the joint configuration by itself.
  Result<Proposed, ProposeError> change_configuration(const Configuration& target);
  // Asks for an index from which a read is linearizable; the answer comes by Ready::reads.
  Result<void, ProposeError> read(ReadToken token);
  // Hands leadership to a voter, or gives up after an election timeout.
  Result<void, ProposeError> transfer_leadership(ReplicaId target);

  // --- what to do ------------------------------------------------------------------------------

  [[nodiscard]] bool has_ready() const;
  [[nodiscard]] Ready ready();

  // --- looking ---------------------------------------------------------------------------------

  [[nodiscard]] RoleChange role() const;
  [[nodiscard]] Term term() const { return self_.term(); }
  [[nodiscard]] const HardState& hard_state() const { return self_.hard_state(); }
  [[nodiscard]] LogIndex commit() const { return self_.log.commit(); }
  [[nodiscard]] const Log& log() const { return self_.log; }
  [[nodiscard]] const Configuration& configuration() const { return self_.configuration(); }
  // Of the entry that brought it; it is committed if that is.
  [[nodiscard]] LogIndex configuration_index() const { return self_.configurations.latest_index(); }
  // The next time something happens by itself; the driver may sleep until then.
  [[nodiscard]] Instant next_deadline() const;
  // The leader's: the latest instant of which a quorum has confirmed since that this replica led
  // then. P-1 and P-7 are built on it. Nothing: not leader, or not confirmed in this term.
  [[nodiscard]] std::optional<Instant> quorum_confirmed_at() const;
  // Before this instant nobody else can have become leader; in the past if that cannot be said.
  [[nodiscard]] std::optional<Instant> lease_until() const;
  // The leader's view of its peers; null elsewhere.
  [[nodiscard]] const Leader* leader() const { return std::get_if<Leader>(&role_); }

 private:
  using Role = std::variant<Follower, Candidate, Leader>;

  void become_follower(Term term, ReplicaId leader);
  void campaign(bool pre_vote, bool transfer);
  void become_leader();
  void follow(Transition transition);
  // A single node: its own quorum.
  [[nodiscard]] bool sole_voter() const;
  // In this term. Whoever hands the group to a sole voter leads it until that is committed, and its
  // lease rests on the silence of the voter (section 6.4.1).
  [[nodiscard]] bool nobody_else_leads() const;

  // What a message's term means before its content does (paper, section 5.1). False: done with it.
  bool settle_term(const Message& message);
  void answer_old_term(const Message& message);
  [[nodiscard]] Follower* follower_of(ReplicaId leader_replica);
  // One for each kind of body, in the term that is settled.
  Result<void, Refusal> take(const Message& message, const VoteRequest& request);
  Result<void, Refusal> take(const Message& message, const VoteReply& reply);
  Result<void, Refusal> take(const Message& message, AppendRequest& request);
  Result<void, Refusal> take(const Message& message, const AppendReply& reply);
  Result<void, Refusal> take(const Message& message, const Heartbeat& heartbeat);
  Result<void, Refusal> take(const Message& message, const HeartbeatReply& reply);
  Result<void, Refusal> take(const Message& message, InstallSnapshot& snapshot);
  Result<void, Refusal> take(const Message& message, TimeoutNow now);
  Result<void, Refusal> take(const Message& message, const Outcast& outcast);

  Self self_;
  Role role_;
  RoleChange told_role_;  // By ready().
};

}  // namespace godwit::raft
