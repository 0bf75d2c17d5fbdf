// What the leader knows of one peer, and how it sends to it (thesis, section 10.2.1).
//
//              rejection, silence, nothing is known
//        ┌──────────────────────────────────────────────┐
//        ▼                     accepted                  │
//   ┌─────────┐ ──────────────────────────────────► ┌───────────┐
//   │  probe  │ one append, then wait               │ replicate │ pipelined, bounded
//   └─────────┘ ◄─────── entries read back ──┐      └───────────┘
//        │  │                                │            │
//        │  └── next is on disk only ──► ┌───────┐ ◄──────┘
//        │                               │ fetch │
//        │                               └───────┘
//        └── next is gone ──► ┌──────────┐
//                             │ snapshot │ until it was sent and answered, or failed
//                             └──────────┘
//
// Owned by the leader, used on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "cluster/raft/ids.h"
#include "cluster/raft/options.h"

namespace godwit::raft {

enum class ProgressState : std::uint8_t { kProbe, kReplicate, kFetch, kSnapshot };

class Progress {
 public:
  // Nothing is known: `next_index` is a guess.
  Progress(ReplicaId replica, LogIndex next_index) : replica_(replica), next_(next_index) {}

  [[nodiscard]] ReplicaId replica() const { return replica_; }
  [[nodiscard]] ProgressState state() const { return state_; }
  // Durable there.
  [[nodiscard]] LogIndex match() const { return match_; }
  // The first entry to send.
  [[nodiscard]] LogIndex next_index() const { return next_; }
  [[nodiscard]] Round answered() const { return answered_; }
  [[nodiscard]] bool counts() const { return counts_; }
  [[nodiscard]] LogIndex told_commit() const { return told_commit_; }
  [[nodiscard]] std::size_t in_flight_bytes() const { return in_flight_bytes_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }

  // An append may go now.
  [[nodiscard]] bool may_send(const Options& options) const;

  // --- sending ---------------------------------------------------------------------------------

  // An append was sent in `round`: entries up to `last` of so many bytes, or none (0 bytes).
  void sent(LogIndex last, std::size_t bytes, Round round);
  void told_commit(LogIndex commit) { told_commit_ = commit; }
  // While the state is not probe or replicate, nothing is sent.
  void fetch();
  // What was to be fetched is there: on as before.
  void fetched() { state_ = resume_; }
  void await_snapshot() { state_ = ProgressState::kSnapshot; }
  // The snapshot was sent up to `last`, or failed (0): probe once the peer has been heard again.
  void snapshot_done(LogIndex last);
  // Careful from here on: one append after `match`, or after `next_index`.
  void probe();
  void probe_from(LogIndex next_index);

  // --- hearing ---------------------------------------------------------------------------------

  // The peer answered something of `round`; `counts` as it said.
  void heard(Round round, bool counts);
  // Durable there up to `match`, said in answer to `round` while the newest was `current`. Returns
  // whether that was news.
  bool matched(LogIndex match, Round current);
  // An answer to `round`, which began after the last probe: if that was lost, another may go.
  void retry_probe(Round round);
  // A rejection that is not an old one: the place it speaks of is still open.
  [[nodiscard]] bool rejection_is_news(LogIndex rejected) const;
  // An answer to `round` says that the peer's log is ours up to `received`, though everything up to
  // next_index was sent before that round: something was lost.
  [[nodiscard]] bool lost_tail(Round round, LogIndex received) const;
  // An answer to `round`, which began when `match` was known already, says that the log there ends
  // before it: the peer has forgotten what it acknowledged (P-13).
  [[nodiscard]] bool forgot(Round round, LogIndex last) const;
  void cast_out() { counts_ = false; }

 private:
  struct InFlight {
    LogIndex last;
    std::size_t bytes;
  };

  ReplicaId replica_;
  ProgressState state_ = ProgressState::kProbe;
  ProgressState resume_ = ProgressState::kProbe;  // When a fetch ends.
  bool probe_sent_ = false;                       // And not answered.
  bool counts_ = true;
  LogIndex match_;
  LogIndex next_;
  LogIndex told_commit_;
  Round answered_;
  Round append_round_;  // The current round when the last append was sent.
  Round match_round_;   // The newest round when `match_` became known.
  std::deque<InFlight> in_flight_;
  std::size_t in_flight_bytes_ = 0;
};

}  // namespace godwit::raft
