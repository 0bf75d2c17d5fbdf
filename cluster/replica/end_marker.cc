#include "cluster/replica/end_marker.h"

#include "cluster/replica/mutant.h"

namespace godwit::replica {
namespace {

raft::LogPosition end_of(const raft::Recovered& recovered) {
  return recovered.entries.empty() ? recovered.applied.last : recovered.entries.back().position();
}

// Both were synced before they were used, so the later one is the promise that counts.
void take_newer(raft::HardState& found, const raft::HardState& marked) {
  if (planted(Mutant::kIgnoresMarkersVote)) {
    return;
  }
  if (marked.term > found.term || (marked.term == found.term && found.vote == raft::ReplicaId(0))) {
    found.term = marked.term;
    found.vote = marked.vote;
  }
  found.amnesiac = found.amnesiac || marked.amnesiac;
}

}  // namespace

raft::Recovered judge(Found found, const std::optional<EndMarker>& marker) {
  raft::Recovered recovered = std::move(found.recovered);
  const raft::LogPosition end = end_of(recovered);
  if (marker) {
    take_newer(recovered.hard_state, marker->hard_state);
  }
  const bool has_data = end.index > raft::LogIndex(0) || recovered.hard_state.term > raft::Term(0);
  // By Raft's comparison: a later term may well have made the log shorter.
  const bool forgot = marker ? end < marker->acknowledged : has_data;
  if ((forgot && !planted(Mutant::kIgnoresEndMarker)) ||
      (found.damaged && !planted(Mutant::kIgnoresDamage))) {
    recovered.hard_state.amnesiac = true;
  }
  return recovered;
}

}  // namespace godwit::replica
