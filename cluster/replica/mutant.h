// The planted bugs of this room (base/mutant.h).
#pragma once

#include <cstdint>

#include "base/mutant.h"

namespace godwit::replica {

enum class Mutant : std::uint32_t {
  kSendsBeforeWritten = 201,   // What should wait for the disk does not.
  kIgnoresEndMarker = 202,     // A log that ends below the marker is believed.
  kIgnoresDamage = 203,        // A log with a hole is believed.
  kIgnoresMarkersVote = 204,   // Term and vote are taken from the log's store alone.
  kReadsBeforeApplied = 205,   // A read is answered when its index is known.
  kCompactsUnsaved = 206,      // Entries go that no durable state holds yet.
  kSkipsInstall = 207,         // The state machine never hears of a snapshot.
  kSnapshotClaimsMore = 208,   // A snapshot says that it holds an entry it does not.
  kAppliesUnconfigured = 209,  // Applied configurations are not remembered with the state.
  kNeverSyncs = 210,           // A cycle ends before the disk has it.
};

}  // namespace godwit::replica
