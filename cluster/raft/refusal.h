// Why something was not taken. None of it is our bug: peers and callers may do all of this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace godwit::raft {

// A message from a peer that cannot be right, whatever was lost or delayed. It changes nothing and
// is counted (Probe::message_refused).
enum class Refusal : std::uint8_t {
  kWrongGroup,              // Not this group.
  kWrongReplica,            // Meant for another replica, or from this one or nobody.
  kImpossibleTerm,          // Above kTermMax, or 0.
  kImpossibleIndex,         // Above kLogIndexMax, or an answer to what was never sent.
  kBadEntries,              // Not directly after each other, terms that fall, or of the future.
  kBadConfiguration,        // A configuration that is none.
  kTooLarge,                // More than the limits allow.
  kTwoLeaders,              // Another leader in a term that has one.
  kConflictsWithCommitted,  // Contradicts what is committed here.
  kNotAMember,              // An answer from a replica that is not in the configuration.
};
inline constexpr std::size_t kRefusals = 10;

// Why the core did not do what its own node asked.
enum class ProposeError : std::uint8_t {
  kNotLeader,
  kTransferring,   // Leadership is being handed away; ask again in a moment.
  kBusy,           // Too much is uncommitted, or too many reads wait.
  kTooLarge,       // A payload above entry_bytes_max.
  kChangePending,  // Another change of the configuration is under way.
  kNoCommitYet,    // The leader has committed nothing in its term yet.
  kBadConfiguration,
  kNotAVoter,  // Leadership can go to a voter only, and not to oneself.
};

}  // namespace godwit::raft
