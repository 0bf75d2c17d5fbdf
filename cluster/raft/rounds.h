// The leader's rounds of messages, and what a quorum's answers to them prove: that it still led
// when a round began. Reads (ReadIndex, thesis section 6.4), check-quorum (section 6.2) and the
// lease (section 6.4.1) all rest on this one thing.
//
// Owned by the leader, used on its thread.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

class Rounds {
 public:
  // Leadership began at `now`, confirmed by an election and not yet by a round.
  explicit Rounds(Instant now) : elected_at_(now) {}

  // From here on messages carry the new number.
  Round begin(Instant now);
  [[nodiscard]] Round current() const { return current_; }

  // A quorum has answered `round`. Older news changes nothing.
  void confirmed(Round round);
  [[nodiscard]] Round confirmed() const { return confirmed_; }
  // When the newest confirmed round began; nothing before the first.
  [[nodiscard]] std::optional<Instant> confirmed_at() const { return confirmed_at_; }
  // The same, or the election.
  [[nodiscard]] Instant alive_at() const { return confirmed_at_.value_or(elected_at_); }

  // A read waits for a round that has not begun yet.
  void add_read(ReadToken token);
  [[nodiscard]] std::size_t reads() const { return reads_.size(); }
  [[nodiscard]] bool wants_round() const { return wants_round_; }
  // The reads whose round is confirmed, in order.
  [[nodiscard]] std::vector<ReadToken> take_confirmed_reads();
  [[nodiscard]] std::vector<ReadToken> take_all_reads();

 private:
  struct Begun {
    Round round;
    Instant at;
  };
  struct Read {
    ReadToken token;
    Round round;
  };

  Instant elected_at_;
  Round current_;
  Round confirmed_;
  std::optional<Instant> confirmed_at_;
  std::deque<Begun> begun_;  // Not confirmed. A leader that confirms none steps down.
  std::deque<Read> reads_;
  bool wants_round_ = false;
};

}  // namespace godwit::raft
