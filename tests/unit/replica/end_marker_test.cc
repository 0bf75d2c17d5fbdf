#include "cluster/replica/end_marker.h"

#include <gtest/gtest.h>

namespace godwit::replica {
namespace {

using raft::LogIndex;
using raft::LogPosition;
using raft::ReplicaId;
using raft::Term;

Found found(std::uint64_t term, std::initializer_list<std::uint64_t> log_terms) {
  Found result{.recovered = {.hard_state = {.term = Term(term)}}};
  LogIndex index;
  for (const std::uint64_t log_term : log_terms) {
    index = next(index);
    result.recovered.entries.push_back({Term(log_term), index, raft::EntryKind::kNoOp, {}});
  }
  return result;
}

EndMarker marker(std::uint64_t term, std::uint64_t acknowledged_term, std::uint64_t acknowledged) {
  return {.hard_state = {.term = Term(term)},
          .acknowledged = {Term(acknowledged_term), LogIndex(acknowledged)}};
}

TEST(EndMarker, believes_a_log_that_reaches_it) {
  EXPECT_FALSE(judge(found(2, {1, 1, 2}), marker(2, 2, 3)).hard_state.amnesiac);
  EXPECT_FALSE(judge(found(2, {1, 1, 2, 2}), marker(2, 2, 3)).hard_state.amnesiac);
}

TEST(EndMarker, finds_a_log_that_ends_before_it) {
  EXPECT_TRUE(judge(found(2, {1, 1}), marker(2, 1, 3)).hard_state.amnesiac);
}

// A later leader may have made the log shorter than what was acknowledged to an earlier one.
TEST(EndMarker, compares_as_raft_does) {
  EXPECT_FALSE(judge(found(3, {1, 3}), marker(3, 1, 9)).hard_state.amnesiac);
  EXPECT_TRUE(judge(found(3, {1, 2, 2, 2}), marker(3, 3, 2)).hard_state.amnesiac);
}

TEST(EndMarker, counts_the_durable_state_as_log) {
  Found compacted = found(2, {});
  compacted.recovered.applied.last = {Term(2), LogIndex(8)};
  EXPECT_FALSE(judge(compacted, marker(2, 2, 8)).hard_state.amnesiac);
  EXPECT_TRUE(judge(compacted, marker(2, 2, 9)).hard_state.amnesiac);
}

TEST(EndMarker, brings_back_a_vote_that_the_log_has_lost) {
  EndMarker voted = marker(4, 1, 1);
  voted.hard_state.vote = ReplicaId(3);
  const auto recovered = judge(found(2, {1}), voted);
  EXPECT_EQ(recovered.hard_state, (raft::HardState{.term = Term(4), .vote = ReplicaId(3)}));
  // In the same term too, if it was given there.
  EXPECT_EQ(judge(found(4, {1}), voted).hard_state.vote, ReplicaId(3));
  // An older marker says nothing.
  EXPECT_EQ(judge(found(5, {1}), voted).hard_state.vote, ReplicaId(0));
}

TEST(EndMarker, stays_amnesiac) {
  EndMarker told = marker(2, 1, 1);
  told.hard_state.amnesiac = true;
  EXPECT_TRUE(judge(found(2, {1}), told).hard_state.amnesiac);
}

TEST(EndMarker, mistrusts_damage_and_a_missing_marker) {
  Found damaged = found(2, {1, 1, 2});
  damaged.damaged = true;
  EXPECT_TRUE(judge(damaged, marker(2, 1, 1)).hard_state.amnesiac);
  EXPECT_TRUE(judge(found(2, {1}), std::nullopt).hard_state.amnesiac);
}

TEST(EndMarker, has_nothing_against_a_new_replica) {
  EXPECT_FALSE(judge({}, std::nullopt).hard_state.amnesiac);
}

}  // namespace
}  // namespace godwit::replica
