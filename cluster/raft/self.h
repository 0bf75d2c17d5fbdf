// What a replica is in every role: its identity, term and vote, its log and configurations, and the
// messages it wants sent. Roles change it; `Raft` owns it.
//
// Thread: the group's.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "cluster/raft/configuration_history.h"
#include "cluster/raft/log.h"
#include "cluster/raft/message.h"
#include "cluster/raft/mutant.h"
#include "cluster/raft/ready.h"
#include "cluster/raft/setup.h"

namespace godwit::raft {

class Self {
 public:
  Self(Setup setup, Instant start);

  // --- term and vote ---------------------------------------------------------------------------

  [[nodiscard]] const HardState& hard_state() const { return hard_state_; }
  [[nodiscard]] Term term() const { return hard_state_.term; }
  // A higher one; nobody is voted for in it yet.
  void enter(Term term);
  void vote_for(ReplicaId candidate);
  // P-13. Cannot be taken back.
  void become_amnesiac();

  // May be elected, as far as it knows.
  [[nodiscard]] bool may_stand() const {
    return !hard_state_.amnesiac && configurations.may_stand(replica, log.commit());
  }

  // --- log and configuration -------------------------------------------------------------------

  [[nodiscard]] const Configuration& configuration() const { return configurations.latest(); }
  // Appends and, if it is a configuration, puts it in force. Those of peers were checked.
  void append(Entry entry);
  void truncate_from(LogIndex index);
  // Everything is what the snapshot says, once it is durable.
  void install(InstallSnapshot snapshot);

  // --- messages --------------------------------------------------------------------------------

  void send(ReplicaId to, MessageBody body) { send_in(term(), to, std::move(body)); }
  // For pre-votes, which speak of a term that has not begun.
  void send_in(Term term, ReplicaId to, MessageBody body);
  // Goes when everything that is so far in hard state and log is durable.
  // `too_soon`: the planted bug that does not wait.
  void send_when_durable(ReplicaId to, MessageBody body, std::optional<Mutant> too_soon = {});

  // --- time ------------------------------------------------------------------------------------

  [[nodiscard]] Duration draw_election_timeout();
  // Too soon after a leader was heard, or may have been before a restart, to vote for another
  // (thesis, section 4.2.3). A leader's lease rests on it.
  [[nodiscard]] bool heard_leader_recently() const {
    return now < heard_leader_at + options.election_timeout_min;
  }

  // --- for ready() -----------------------------------------------------------------------------

  [[nodiscard]] bool has_output() const;
  // Moves what is to be persisted and sent into `ready`.
  void take_output(Ready& ready);
  // Returns whether the log's durable part grew.
  bool persisted(PersistNumber number);
  // Term and vote as they are now are durable.
  [[nodiscard]] bool hard_state_durable() const {
    return !hard_state_changed_ && hard_state_request_ <= durable_request_;
  }

  const GroupId group;
  const ReplicaId replica;
  const Options options;
  Probe& probe;

  Log log;
  ConfigurationHistory configurations;
  Instant now;
  Instant heard_leader_at;
  std::vector<ReadState> reads;
  std::vector<ReadToken> lost_reads;
  std::vector<Fetch> fetches;
  std::vector<ReplicaId> snapshots;

 private:
  [[nodiscard]] bool has_unpersisted() const {
    return hard_state_changed_ || snapshot_.has_value() || log.has_unasked();
  }

  Random& random_;
  HardState hard_state_;
  bool hard_state_changed_ = false;
  std::optional<InstallSnapshot> snapshot_;
  PersistNumber last_request_;
  PersistNumber hard_state_request_;  // The last that had one.
  PersistNumber durable_request_;
  std::vector<Message> messages_;
  std::vector<Message> durable_messages_;
};

}  // namespace godwit::raft
