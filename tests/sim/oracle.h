// What must hold whatever happens, looked at from outside while it happens (paper, figure 3).
//
// The first violation is kept and ends the run.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/raft/raft.h"
#include "tests/sim/image.h"
#include "tests/sim/network.h"

namespace godwit::sim {

class Oracle {
 public:
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
  template <class... Arguments>
  void violate(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (!violation_) {
      violation_ = fmt::format(format, std::forward<Arguments>(arguments)...);
    }
  }

  // A new group: these may vote.
  void group_created(raft::GroupId group, const raft::Configuration& configuration);

  // Election safety; and leader completeness: what was committed in earlier terms than its own.
  // (Late votes make leaders of terms that are long over; they get no further.)
  void leader_elected(NodeIndex node, raft::GroupId group, const raft::Raft& leader);
  // Log matching: entries on their way to a disk.
  void entries_written(raft::GroupId group, const raft::Persist& persist);
  // State-machine safety.
  struct Applied {
    const raft::Entry& entry;
    std::uint64_t result;  // The command's, 0 for other kinds.
    raft::Term term;       // The one its node is in.
  };
  void entry_applied(NodeIndex node, raft::GroupId group, const Applied& applied);
  // Equal bytes at equal index.
  void state_seen(NodeIndex node, raft::GroupId group, raft::LogIndex index, const Bytes& bytes);
  // A client was told that this entry is done.
  void acknowledged(raft::GroupId group, raft::LogIndex index);

  [[nodiscard]] raft::LogIndex committed(raft::GroupId group) const;
  [[nodiscard]] raft::LogIndex newest_acknowledged(raft::GroupId group) const;
  [[nodiscard]] raft::Term newest_leader_term(raft::GroupId group) const;
  // As of the newest committed entry that is one.
  [[nodiscard]] const raft::Configuration& configuration(raft::GroupId group) const;

 private:
  struct Committed {
    raft::Term term;
    std::uint64_t content;
    std::uint64_t result;
    raft::Term seen_in;  // Committed in this term or an earlier one.
  };
  struct One {
    std::vector<Committed> committed;  // From index 1 on.
    raft::Configuration configuration;
    raft::LogIndex acknowledged;
    std::map<raft::Term, raft::ReplicaId> leaders;
    // (index, term) -> hash of content and of the term before.
    std::map<std::pair<raft::LogIndex, raft::Term>, std::uint64_t> entries;
    std::map<raft::LogIndex, std::uint64_t> states;
  };
  std::map<raft::GroupId, One> groups_;
  std::optional<std::string> violation_;
};

[[nodiscard]] std::uint64_t hash_of(ByteView bytes);

}  // namespace godwit::sim
