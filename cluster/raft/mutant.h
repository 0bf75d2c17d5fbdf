// The planted bugs of this room (base/mutant.h). Each is found by a scenario or by the simulator:
// `./dev mutants` prints by which.
#pragma once

#include <cstdint>

#include "base/mutant.h"

namespace godwit::raft {

enum class Mutant : std::uint32_t {
  kLeaderCountsUnpersisted = 101,     // Its own entries count before they are durable.
  kFollowerAcksUnpersisted = 102,     // An append is acknowledged before it is durable.
  kVotesTwice = 103,                  // For two candidates in one term.
  kForgetsVote = 104,                 // The vote is not made durable.
  kVotesUnpersisted = 105,            // The vote is told before it is durable.
  kVotesForShorterLog = 106,          // Paper, section 5.4.1 is ignored.
  kCountsOldTerms = 107,              // Entries of old terms commit by counting (figure 8).
  kNoNoOp = 108,                      // A new leader appends nothing of its own.
  kAppliesUncommitted = 109,          // Whatever is durable is applied.
  kTruncatesWithoutConflict = 110,    // A delayed append cuts off what came after it.
  kKeepsConflict = 111,               // A conflicting tail stays.
  kIgnoresPreviousTerm = 112,         // The consistency check looks at the index only.
  kLearnerCounts = 113,               // A learner's acknowledgement commits.
  kJointOldHalfOnly = 114,            // A joint configuration commits by its old half.
  kJointNewHalfOnly = 115,            // ... by its new half.
  kJointElectionNewHalfOnly = 116,    // ... elects by its new half.
  kReadsUnconfirmed = 117,            // ReadIndex without asking a quorum.
  kReadsBeforeNoOp = 118,             // ReadIndex before a commit in the term.
  kCountsOldRounds = 119,             // Any answer confirms any round.
  kCommitsUnmatched = 120,            // A follower commits what it has not compared.
  kAmnesiacVotes = 121,               // P-13.
  kAmnesiacCounts = 122,              // P-13.
  kForgetsTerm = 123,                 // The term alone is not made durable.
  kNoCheckQuorum = 124,               // An isolated leader leads on.
  kLeaseOutlivesTransfer = 125,       // The lease is kept when an election was asked for.
  kVotesAfterRestart = 126,           // A restarted voter forgets that it may have heard a leader.
  kNotSticky = 127,                   // Votes while it hears from a leader.
  kNoRollback = 128,                  // A truncated configuration stays in force.
  kChangesOverlap = 129,              // A second change begins before the first has committed.
  kChangesBeforeNoOp = 130,           // A change begins before a commit in the term.
  kStaysJoint = 131,                  // The joint configuration is never left.
  kRemovedLeaderStays = 132,          // It leads a group that it has left.
  kSnapshotGoesBack = 133,            // An old snapshot replaces newer state.
  kSnapshotKeepsTail = 134,           // Entries behind a snapshot stay though they contradict it.
  kSnapshotAckedUnpersisted = 135,    // A snapshot is acknowledged before it is durable.
  kSnapshotLosesConfiguration = 136,  // Members are not taken from the snapshot.
  kLostTailNotResent = 137,           // The last append was lost, and nobody looks.
  kWindowNeverFreed = 138,            // What was acknowledged still fills the window.
  kRejectionCounts = 139,             // A rejection raises the match.
  kStandsUnpersisted = 140,           // Asks for votes before its own vote is durable.
  kPersistedAfterTruncation = 141,    // A write that was overtaken by a truncation counts.
  kCountsOldTermAnswers = 142,        // An acknowledgement from an earlier term counts.
  kTransferInHaste = 143,             // Leadership is handed to a replica that lags.
  kForgetsOutcast = 144,              // The leader does not notice that a follower forgot.
  kPreVoteRaisesTerm = 145,           // The question alone starts a new term.
  kInFlightUnbounded = 146,           // The window of a follower has no end.
  kLeavesTooSoon = 147,               // Who is being removed stands no more, though it is not done.
  kStandsDespiteLease = 148,          // A restarted sole voter minds no other leader.
};

}  // namespace godwit::raft
