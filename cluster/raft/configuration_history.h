// The configurations of a log: a replica uses the latest one in its log, committed or not, and goes
// back to the one before when the entry is truncated (thesis, section 4.1).
//
// Owned by the replica it belongs to, used on its thread.
#pragma once

#include <vector>

#include "cluster/raft/configuration.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

class ConfigurationHistory {
 public:
  // `configuration` is in force at `index`, which is applied.
  ConfigurationHistory(LogIndex index, Configuration configuration);

  void append(LogIndex index, Configuration configuration);
  // The entries from `index` on are gone.
  void truncate_from(LogIndex index);
  // What is applied is never truncated: rows before the one in force at `index` are not needed.
  void forget_before(LogIndex index);

  [[nodiscard]] const Configuration& latest() const { return rows_.back().configuration; }
  // A voter of the latest, or of one before it while the latest is not committed: until then the
  // old ones may need its log, and nobody else's may be enough (thesis, section 4.2.2).
  [[nodiscard]] bool may_stand(ReplicaId replica, LogIndex commit) const;
  // The index of the entry that brought the latest.
  [[nodiscard]] LogIndex latest_index() const { return rows_.back().index; }

 private:
  struct Row {
    LogIndex index;
    Configuration configuration;
  };
  std::vector<Row> rows_;  // Never empty; indexes rise. At most one is not committed (section 4.3).
};

}  // namespace godwit::raft
