// What peers may send and no correct one does: refused, counted, and nothing changed. The scenario
// hostile_messages has one of each kind; here are the edges.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

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

// --- every reason, and that nothing changes ----------------------------------------------------

// All of a replica that can be seen.
struct Seen {
  RoleChange role;
  HardState hard_state;
  std::vector<std::uint64_t> log;
  LogIndex commit;
  LogIndex durable;
  Configuration configuration;
  Instant deadline;
  std::size_t said;
  std::size_t applied;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen look(const ReplicaKit& kit) {
  return {kit.raft->role(),          kit.raft->hard_state(),    kit.log_terms(),
          kit.raft->commit(),        kit.raft->log().durable(), kit.raft->configuration(),
          kit.raft->next_deadline(), kit.sent.size(),           kit.applied.size()};
}

// Each is told in a later term, which must not be entered either, unless it is about this one.
struct Row {
  Refusal refusal;
  std::uint64_t term;
  MessageBody body;
  std::uint64_t from = 3;
};

void expect_refused(ReplicaKit& kit, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Seen before = look(kit);
    const auto counted = kit.probe.refused(row.refusal);
    const auto result = kit.step(row.from, row.term, row.body);
    ASSERT_FALSE(result.has_value()) << name_of(row.refusal) << " " << row.body.index();
    EXPECT_EQ(name_of(result.error()), name_of(row.refusal)) << row.body.index();
    EXPECT_EQ(kit.probe.refused(row.refusal), counted + 1);
    EXPECT_TRUE(look(kit) == before) << name_of(row.refusal) << " " << row.body.index();
    EXPECT_TRUE(kit.writes.empty());
  }
}

AppendRequest with_bad_configuration() {
  return {.entries = {{Term(2), LogIndex(1), EntryKind::kConfiguration, nullptr}}};
}

// Follows 1 in term 2 with a log of two entries, of which one is committed.
TEST(BadInput, a_follower_refuses_for_every_reason_and_is_as_before) {
  Options options;
  options.entry_bytes_max = 10;
  ReplicaKit kit(2, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(kit.step(1, 2, AppendRequest{.commit = LogIndex(1), .entries = entries(1, {1, 2})}));
  expect_refused(kit,
                 {
                     {Refusal::kWrongReplica, 9, Heartbeat{}, 2},
                     {Refusal::kWrongReplica, 9, Heartbeat{}, 0},
                     {Refusal::kImpossibleTerm, 0, Heartbeat{}},
                     {Refusal::kImpossibleTerm, kTermMax.value() + 1, VoteRequest{}},
                     {Refusal::kImpossibleIndex, 9, AppendRequest{.previous = at(0, 4)}},
                     {Refusal::kImpossibleIndex, 9, VoteRequest{.last = at(9, 9)}},
                     {Refusal::kImpossibleIndex, 9, Outcast{next(kLogIndexMax)}},
                     {Refusal::kBadEntries, 9, AppendRequest{.entries = {entry(2, 2)}}},
                     {Refusal::kBadConfiguration, 9, with_bad_configuration()},
                     {Refusal::kBadConfiguration, 9, InstallSnapshot{{at(2, 9), {}}, nullptr}},
                     {Refusal::kTooLarge, 9, AppendRequest{.entries = {entry(2, 1, 11)}}},
                     {Refusal::kTwoLeaders, 2, Heartbeat{}},
                     {Refusal::kTwoLeaders, 2, AppendRequest{.entries = {entry(1, 1)}}},
                     {Refusal::kConflictsWithCommitted, 9, AppendRequest{.entries = {entry(2, 1)}}},
                     {Refusal::kConflictsWithCommitted, 9, AppendRequest{.previous = at(2, 1)}},
                 });
  const Seen before = look(kit);
  EXPECT_EQ(kit.receive({GroupId(2), ReplicaId(1), ReplicaId(2), Term(9), Heartbeat{}}).error(),
            Refusal::kWrongGroup);
  EXPECT_TRUE(look(kit) == before);
}

// Leads in term 1 with its no-op committed.
TEST(BadInput, a_leader_refuses_for_every_reason_and_is_as_before) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1, 3}));
  kit.pass(Duration(1));
  const Round future = next(kit.round());
  const LogIndex beyond(9);
  expect_refused(
      kit, {
               {Refusal::kTwoLeaders, 1, Heartbeat{}},
               {Refusal::kTwoLeaders, 1, AppendRequest{.entries = {entry(1, 1)}}},
               {Refusal::kTwoLeaders, 1, InstallSnapshot{{at(1, 9), voters({3})}, nullptr}},
               {Refusal::kConflictsWithCommitted, 9, AppendRequest{.entries = {entry(9, 1)}}},
               {Refusal::kNotAMember, 1, AppendReply{}, 4},
               {Refusal::kNotAMember, 1, HeartbeatReply{}, 4},
               {Refusal::kImpossibleIndex, 1, AppendReply{.matched = beyond, .last = beyond}},
               {Refusal::kImpossibleIndex, 1, AppendReply{.round = future}},
               {Refusal::kImpossibleIndex, 1, HeartbeatReply{.received = beyond, .last = beyond}},
               {Refusal::kImpossibleIndex, 1, HeartbeatReply{.round = future}},
               {Refusal::kImpossibleIndex, 1, AppendReply{.matched = beyond}},
           });
}

// What only a replica's own node may get wrong is refused as well, with a reason.
TEST(BadInput, a_node_that_asks_what_cannot_be_is_told_why) {
  Options options;
  options.uncommitted_bytes_max = 50;
  ReplicaKit kit(2, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(kit.lead({1}));
  ASSERT_TRUE(kit.propose());
  ASSERT_TRUE(kit.propose());
  EXPECT_EQ(kit.propose().error(), ProposeError::kBusy);
  EXPECT_EQ(kit.raft->log().last(), at(1, 3));
  kit.acknowledge({1});
  EXPECT_TRUE(kit.propose());
  // Answers to what nobody asked for.
  kit.raft->fetched({ReplicaId(1), at(1, 1), {entry(1, 2)}});
  kit.raft->fetched({ReplicaId(9), at(1, 1), {}});
  kit.raft->snapshot_sent(ReplicaId(1), at(1, 2));
  kit.raft->snapshot_sent(ReplicaId(9), std::nullopt);
  kit.raft->unreachable(ReplicaId(9));
  kit.settle();
  EXPECT_TRUE(kit.snapshots.empty());
  EXPECT_EQ(kit.role(), RoleName::kLeader);
}

}  // namespace
}  // namespace godwit::raft
