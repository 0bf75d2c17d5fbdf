// The end marker of one replica, and how a start is judged by it (P-13).
//
// A damaged tail of a log looks like a write that a crash has cut off. So a small file beside the
// log says how far this replica has acknowledged, and its term and vote. The marker may lag behind
// the log, never the other way round.
//
// Values; pure.
#pragma once

#include <optional>

#include "base/time.h"
#include "cluster/raft/recovered.h"

namespace godwit::replica {

// The position goes into the marker at most this often, and never on the way of an acknowledgement.
inline constexpr Duration kMarkInterval = std::chrono::milliseconds(100);

struct EndMarker {
  raft::HardState hard_state;  // Synced here before it is used.
  raft::LogPosition
      acknowledged;  // The newest entry acknowledged, as of at most kMarkInterval ago.
  friend bool operator==(const EndMarker&, const EndMarker&) = default;
};

// What the store found when it opened.
struct Found {
  raft::Recovered recovered;
  // Bytes were dropped that were not the unfinished end of the last write.
  bool damaged = false;
};

// The state to start from: the newer term and vote of both, and amnesiac if anything that was
// acknowledged may be missing. `marker` is nothing if it is not there or not whole, which for a
// replica with data is a loss too.
[[nodiscard]] raft::Recovered judge(Found found, const std::optional<EndMarker>& marker);

}  // namespace godwit::replica
