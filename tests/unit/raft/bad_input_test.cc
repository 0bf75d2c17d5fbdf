// What peers may send and no correct one does: refused, counted, and nothing changed. The scenario
// hostile_messages has one of each kind; here are the edges.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

Entry entry(std::uint64_t term, std::uint64_t index, std::size_t size = 1) {
  return {Term(term), LogIndex(index), EntryKind::kCommand,
          std::make_shared<const Bytes>(size, std::byte{7})};
}

TEST(BadInput, entries_above_the_limits_are_refused) {
  Options options;
  options.entry_bytes_max = 100;
  options.append_entries_max = 2;
  ReplicaKit kit(2, {1, 2, 3}, options);
  EXPECT_EQ(kit.step(1, 1, AppendRequest{.entries = {entry(1, 1, 101)}}).error(),
            Refusal::kTooLarge);
  EXPECT_EQ(
      kit.step(1, 1, AppendRequest{.entries = {entry(1, 1), entry(1, 2), entry(1, 3)}}).error(),
      Refusal::kTooLarge);
  EXPECT_EQ(kit.probe.refused(Refusal::kTooLarge), 2);
  EXPECT_EQ(kit.raft->log().last(), LogPosition{});
  EXPECT_EQ(kit.raft->term(), Term(0));
  EXPECT_TRUE(
      kit.step(1, 1, AppendRequest{.entries = {entry(1, 1, 100), entry(1, 2)}}).has_value());
}

TEST(BadInput, a_term_is_believed_up_to_the_greatest) {
  ReplicaKit kit(2, {1, 2, 3});
  EXPECT_EQ(kit.step(1, kTermMax.value() + 1, Heartbeat{}).error(), Refusal::kImpossibleTerm);
  EXPECT_TRUE(kit.step(1, kTermMax.value(), Heartbeat{}).has_value());
  // There is no term after it to stand for, and nothing breaks.
  kit.now += std::chrono::hours(1);
  kit.raft->tick(kit.now);
  kit.settle();
  EXPECT_EQ(kit.raft->term(), kTermMax);
}

TEST(BadInput, an_append_that_contradicts_what_is_committed_does_not_even_raise_the_term) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.step(1, 1, AppendRequest{.commit = LogIndex(1), .entries = {entry(1, 1)}}));
  ASSERT_EQ(kit.applied.size(), 1u);
  EXPECT_EQ(kit.step(3, 5, AppendRequest{.entries = {entry(5, 1)}}).error(),
            Refusal::kConflictsWithCommitted);
  EXPECT_EQ(kit.raft->term(), Term(1));
  // An old leader may say so: it is only late.
  EXPECT_TRUE(kit.step(1, 6, Heartbeat{}).has_value());
  EXPECT_TRUE(kit.step(3, 5, AppendRequest{.entries = {entry(5, 1)}}).has_value());
  EXPECT_EQ(kit.last<HeartbeatReply>().matched, LogIndex(0));
  EXPECT_EQ(kit.sent.back().term, Term(6));
}

TEST(BadInput, a_commit_beyond_the_log_is_taken_as_far_as_it_goes) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.step(1, 1, AppendRequest{.commit = LogIndex(99), .entries = {entry(1, 1)}}));
  EXPECT_EQ(kit.raft->commit(), LogIndex(1));
}

}  // namespace
}  // namespace godwit::raft
