// What a core counts. One probe serves all groups of a thread.
//
// Thread: that of the sheet.
#pragma once

#include <array>

#include "base/metrics.h"
#include "cluster/raft/refusal.h"

namespace godwit::raft {

class Probe {
 public:
  explicit Probe(MetricSheet& sheet);

  void message_refused(Refusal refusal) {
    refused_[static_cast<std::size_t>(refusal)]->increment();
  }
  void message_for_nobody() { for_nobody_->increment(); }
  void election_started() { elections_->increment(); }
  void leader_elected() { elected_->increment(); }
  void leader_without_quorum() { without_quorum_->increment(); }
  void log_truncated(std::uint64_t entries) { truncated_->add(static_cast<std::int64_t>(entries)); }
  void tail_resent() { tails_resent_->increment(); }
  void snapshot_wanted() { snapshots_->increment(); }
  void replica_forgot() { forgot_->increment(); }

  [[nodiscard]] std::int64_t for_nobody() const { return for_nobody_->read(); }
  [[nodiscard]] std::int64_t refused(Refusal refusal) const {
    return refused_[static_cast<std::size_t>(refusal)]->read();
  }

 private:
  std::array<Metric*, kRefusals> refused_{};
  Metric* for_nobody_;
  Metric* elections_;
  Metric* elected_;
  Metric* without_quorum_;
  Metric* truncated_;
  Metric* tails_resent_;
  Metric* snapshots_;
  Metric* forgot_;
};

// A word for logs, metrics and tests.
[[nodiscard]] std::string_view name_of(Refusal refusal);
[[nodiscard]] std::string_view name_of(ProposeError error);

}  // namespace godwit::raft
