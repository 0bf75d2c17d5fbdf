#include "cluster/raft/configuration_history.h"

#include <algorithm>

#include "base/check.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {

ConfigurationHistory::ConfigurationHistory(LogIndex index, Configuration configuration) {
  rows_.push_back({index, std::move(configuration)});
}

void ConfigurationHistory::append(LogIndex index, Configuration configuration) {
  CHECK(index > rows_.back().index || planted(Mutant::kNoRollback));
  rows_.push_back({index, std::move(configuration)});
}

void ConfigurationHistory::truncate_from(LogIndex index) {
  if (planted(Mutant::kNoRollback)) {
    return;
  }
  while (rows_.back().index >= index) {
    // The first row is applied, and what is applied is never truncated.
    CHECK(rows_.size() > 1);
    rows_.pop_back();
  }
}

void ConfigurationHistory::forget_before(LogIndex index) {
  const auto first_after =
      std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.index > index; });
  if (first_after - rows_.begin() > 1) {
    rows_.erase(rows_.begin(), first_after - 1);
  }
}

bool ConfigurationHistory::may_stand(ReplicaId replica, LogIndex commit) const {
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
    if (row->configuration.is_voter(replica)) {
      return true;
    }
    if (row->index <= commit || planted(Mutant::kLeavesTooSoon)) {
      break;
    }
  }
  return false;
}

}  // namespace godwit::raft
