// Thesis, sections 3.10, 4, 6.2, 6.4 and 9.6: transfer of leadership, members that change, reads,
// and pre-votes. Each test opens with the sentence it holds, in our words.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- 3.10: leadership transfer ---------------------------------------------------------------

// The old leader takes no commands, brings the target's log up to its own, and asks it to stand.
TEST(ThesisTransfer, the_target_is_brought_up_to_date_and_asked) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  ASSERT_TRUE(kit.propose());
  ASSERT_TRUE(kit.raft->transfer_leadership(ReplicaId(3)));
  kit.sent.clear();
  kit.settle();
  EXPECT_TRUE(kit.told<TimeoutNow>().empty());
  EXPECT_EQ(kit.propose().error(), ProposeError::kTransferring);
  EXPECT_EQ(kit.raft->change_configuration(voters({1, 2})).error(), ProposeError::kTransferring);
  EXPECT_EQ(kit.raft->transfer_leadership(ReplicaId(2)).error(), ProposeError::kTransferring);
  kit.acknowledge({3});
  EXPECT_EQ(kit.told<TimeoutNow>(), std::vector<std::uint64_t>{3});
  kit.acknowledge({3});
  EXPECT_EQ(kit.told<TimeoutNow>().size(), 1u);
}

// Who is asked stands at once, without a question first, and says why; voters do not wait for the
// old leader to be silent.
TEST(ThesisTransfer, the_target_stands_at_once_and_is_elected) {
  GroupKit group;
  for (const std::uint64_t id : {1, 2, 3}) {
    group.add(id, recovered(voters({1, 2, 3}), {}));
  }
  group.elect(1);
  ASSERT_TRUE(group[1].raft->transfer_leadership(ReplicaId(3)));
  group.deliver();
  EXPECT_EQ(group[3].role(), RoleName::kLeader);
  EXPECT_EQ(group[3].term(), 2u);
  EXPECT_EQ(group[1].leader(), ReplicaId(3));
}

TEST(ThesisTransfer, only_the_leader_may_ask) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.step(1, 1, Heartbeat{}));
  ASSERT_TRUE(kit.step(3, 1, TimeoutNow{}));
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  ASSERT_TRUE(kit.step(1, 1, TimeoutNow{}));
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  EXPECT_TRUE(kit.last<VoteRequest>().transfer);
  EXPECT_FALSE(kit.last<VoteRequest>().pre_vote);
}

// If it does not come about within an election timeout, the leader goes on.
TEST(ThesisTransfer, is_given_up_after_an_election_timeout) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  ASSERT_TRUE(kit.raft->transfer_leadership(ReplicaId(3)));
  for (int beat = 0; beat < 10; ++beat) {
    EXPECT_EQ(kit.propose().error(), ProposeError::kTransferring);
    kit.pass(Options().election_timeout_min / 10);
    kit.answer_round({2});
  }
  EXPECT_TRUE(kit.propose());
  // Who was asked may still stand: there is no lease any more in this term.
  EXPECT_FALSE(kit.raft->lease_until().has_value());
}

TEST(ThesisTransfer, goes_to_another_voter_only) {
  ReplicaKit kit(1, recovered(voters({1, 2}, {3}), {}));
  EXPECT_EQ(kit.raft->transfer_leadership(ReplicaId(2)).error(), ProposeError::kNotLeader);
  ASSERT_TRUE(kit.lead({2}));
  EXPECT_EQ(kit.raft->transfer_leadership(ReplicaId(1)).error(), ProposeError::kNotAVoter);
  EXPECT_EQ(kit.raft->transfer_leadership(ReplicaId(3)).error(), ProposeError::kNotAVoter);
  EXPECT_EQ(kit.raft->transfer_leadership(ReplicaId(9)).error(), ProposeError::kNotAVoter);
}

// --- 4.1 to 4.3: members ---------------------------------------------------------------------

// 4.1: a server uses the latest configuration in its log, committed or not, and the one before if
// that entry is removed.
TEST(ThesisMembers, a_configuration_is_in_force_from_its_append_and_is_taken_back) {
  ReplicaKit kit(2, {1, 2, 3});
  Entry change = entry(1, 1);
  change.kind = EntryKind::kConfiguration;
  change.payload = make_payload(voters({1, 2, 3}, {4}).encode());
  ASSERT_TRUE(kit.step(1, 1, AppendRequest{.entries = {change}}));
  EXPECT_EQ(kit.raft->configuration(), voters({1, 2, 3}, {4}));
  EXPECT_EQ(kit.raft->configuration_index(), LogIndex(1));
  EXPECT_EQ(ReplicaKit(2, kit.disk).raft->configuration(), voters({1, 2, 3}, {4}));
  ASSERT_TRUE(kit.step(3, 2, AppendRequest{.entries = {entry(2, 1)}}));
  EXPECT_EQ(kit.raft->configuration(), voters({1, 2, 3}));
  EXPECT_EQ(ReplicaKit(2, kit.disk).raft->configuration(), voters({1, 2, 3}));
}

// 4.1: one change at a time; and (the flaw found in 2015) none before a commit in the own term.
TEST(ThesisMembers, changes_do_not_overlap) {
  ReplicaKit kit(1, {1, 2, 3});
  EXPECT_EQ(kit.raft->change_configuration(voters({1, 2})).error(), ProposeError::kNotLeader);
  kit.stand({2});
  ASSERT_TRUE(kit.step(2, 1, VoteReply{.granted = true}));
  EXPECT_EQ(kit.raft->change_configuration(voters({1, 2})).error(), ProposeError::kNoCommitYet);
  kit.acknowledge({2});
  ASSERT_TRUE(kit.raft->change_configuration(voters({1, 2, 3}, {4})));
  EXPECT_EQ(kit.raft->change_configuration(voters({1, 2})).error(), ProposeError::kChangePending);
  kit.settle();
  kit.acknowledge({2});
  ASSERT_TRUE(kit.raft->change_configuration(voters({1, 2, 4})));
  kit.settle();
  kit.acknowledge({2});
  // The joint one is not left while it is not committed, and that is still the same change.
  EXPECT_EQ(kit.raft->change_configuration(voters({1, 2})).error(), ProposeError::kChangePending);
}

TEST(ThesisMembers, a_target_that_is_none_is_refused) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2}));
  EXPECT_EQ(kit.raft->change_configuration(Configuration()).error(),
            ProposeError::kBadConfiguration);
  const auto joint =
      Configuration::make({.voters = members({1, 2}), .outgoing = members({1, 2, 3})}).value();
  EXPECT_EQ(kit.raft->change_configuration(joint).error(), ProposeError::kBadConfiguration);
  const auto moved = Configuration::make({.voters = {{ReplicaId(1), NodeId(7)}}}).value();
  EXPECT_EQ(kit.raft->change_configuration(moved).error(), ProposeError::kBadConfiguration);
  EXPECT_EQ(kit.raft->log().last(), at(1, 1));
}

// 4.2.1: a learner gets the log, and counts for nothing: no commit, no vote, no candidacy.
TEST(ThesisMembers, a_learner_receives_and_does_not_count) {
  ReplicaKit kit(1, recovered(voters({1, 2}, {3, 4}), {}));
  ASSERT_TRUE(kit.lead({2}));
  kit.sent.clear();
  kit.acknowledge({3, 4});
  ASSERT_TRUE(kit.propose());
  EXPECT_EQ(kit.told<AppendRequest>(), (std::vector<std::uint64_t>{2, 3, 4}));
  kit.acknowledge({3, 4});
  EXPECT_EQ(kit.commit(), 1u);
  kit.acknowledge({2});
  EXPECT_EQ(kit.commit(), 2u);
  ReplicaKit learner(3, recovered(voters({1, 2}, {3}), {}));
  learner.pass(seconds(60));
  EXPECT_EQ(learner.role(), RoleName::kFollower);
  EXPECT_TRUE(learner.sent.empty());
}

// 4.2.2: a leader that is being removed leads, without counting itself, until that is committed.
TEST(ThesisMembers, a_removed_leader_leads_until_that_is_committed) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  ASSERT_TRUE(kit.raft->change_configuration(voters({2, 3})));
  kit.settle();
  kit.acknowledge({2});  // Commits the joint one: 1 and 2 of the old, but 2 alone of the new.
  EXPECT_TRUE(kit.raft->configuration().joint());
  kit.acknowledge({3});
  EXPECT_EQ(kit.raft->configuration(), voters({2, 3}));
  EXPECT_EQ(kit.role(), RoleName::kLeader);
  kit.acknowledge({2});  // Its own copy is no second one.
  EXPECT_EQ(kit.role(), RoleName::kLeader);
  EXPECT_EQ(kit.commit(), 2u);
  kit.sent.clear();
  kit.acknowledge({3});
  EXPECT_EQ(kit.commit(), 3u);
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  EXPECT_EQ(kit.told<Heartbeat>(), (std::vector<std::uint64_t>{2, 3}));  // Who hear of the commit.
}

// 4.2.3: a server that hears from a leader neither votes nor enters the term of who asks.
TEST(ThesisMembers, nobody_is_disturbed_who_hears_a_leader) {
  for (const bool pre_vote : {false, true}) {
    ReplicaKit follower(2, {1, 2, 3});
    ASSERT_TRUE(follower.step(1, 1, Heartbeat{}));
    follower.sent.clear();
    follower.now += Options().election_timeout_min - Duration(1);
    ASSERT_TRUE(follower.step(9, 7, VoteRequest{.last = at(5, 5), .pre_vote = pre_vote}));
    EXPECT_EQ(follower.term(), 1u);
    EXPECT_TRUE(follower.sent.empty());
    follower.now += Duration(1);
    ASSERT_TRUE(follower.step(9, 7, VoteRequest{.last = at(5, 5), .pre_vote = pre_vote}));
    EXPECT_TRUE(follower.last<VoteReply>().granted);
    ReplicaKit leader(2, {1, 2, 3});
    ASSERT_TRUE(leader.lead({1}));
    leader.sent.clear();
    ASSERT_TRUE(leader.step(9, 7, VoteRequest{.last = at(5, 5), .pre_vote = pre_vote}));
    EXPECT_EQ(leader.role(), RoleName::kLeader);
    EXPECT_TRUE(leader.sent.empty());
  }
}

// A joint configuration is the only entry of the log, in term 1 and not known to be committed.
Recovered joint_in_log(std::initializer_list<std::uint64_t> outgoing,
                       std::initializer_list<std::uint64_t> incoming) {
  const auto joint =
      Configuration::make({.voters = members(incoming), .outgoing = members(outgoing)}).value();
  Recovered found = recovered(voters(outgoing), {1});
  found.entries[0].kind = EntryKind::kConfiguration;
  found.entries[0].payload = make_payload(joint.encode());
  return found;
}

// 4.3: entries and elections need a majority of the old half and of the new one.
TEST(ThesisMembers, a_joint_configuration_needs_both_halves) {
  ReplicaKit kit(1, joint_in_log({1, 2, 3}, {1, 4, 5}));
  kit.stand({2, 4});
  ASSERT_EQ(kit.role(), RoleName::kCandidate);
  EXPECT_EQ(kit.told<VoteRequest>().size(), 8u);  // Four were asked twice.
  ASSERT_TRUE(kit.step(4, 2, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(5, 2, VoteReply{.granted = true}));
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  ASSERT_TRUE(kit.step(2, 2, VoteReply{.granted = true}));
  ASSERT_EQ(kit.role(), RoleName::kLeader);
  kit.acknowledge({2, 3});
  EXPECT_EQ(kit.commit(), 0u);
  kit.acknowledge({4});
  EXPECT_EQ(kit.commit(), 2u);
}

// 4.3: the change is over when the new configuration alone is committed; the leader sees to that
// itself, also of a joint one that it inherited.
TEST(ThesisMembers, a_joint_configuration_is_left_once_it_is_committed) {
  ReplicaKit kit(1, joint_in_log({1, 2}, {1, 4}));
  kit.stand({2, 4});
  ASSERT_TRUE(kit.step(2, 2, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(4, 2, VoteReply{.granted = true}));
  kit.acknowledge({2});
  EXPECT_TRUE(kit.raft->configuration().joint());
  kit.acknowledge({4});
  EXPECT_EQ(kit.raft->configuration(), voters({1, 4}));
  EXPECT_EQ(kit.raft->configuration_index(), LogIndex(3));
  kit.acknowledge({4});
  EXPECT_EQ(kit.commit(), 3u);
}

// --- 6.2 and 6.4: a leader that is one, and reads ---------------------------------------------

// 6.2: a leader that hears no majority for an election timeout steps down.
TEST(ThesisLeader, steps_down_without_a_quorum) {
  ReplicaKit kit(1, {1, 2, 3, 4, 5});
  ASSERT_TRUE(kit.lead({2, 3}));
  const Instant elected = kit.now;
  for (int beat = 0; beat < 30; ++beat) {
    kit.pass(Options().heartbeat_interval);
    kit.answer_round({2, 3});
  }
  EXPECT_EQ(kit.role(), RoleName::kLeader);
  EXPECT_GE(kit.now - elected, 3 * Options().election_timeout_min);
  for (int beat = 0; beat < 11; ++beat) {
    kit.pass(Options().heartbeat_interval);
    kit.answer_round({2});
  }
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  EXPECT_EQ(kit.term(), 1u);
}

// 6.4, steps 1 to 3: a read is given the commit index once the leader has committed in its term and
// a quorum has answered a round of heartbeats that began after the read came.
TEST(ThesisLeader, a_read_waits_for_a_commit_of_the_term_and_a_round) {
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {1, 1}));
  EXPECT_EQ(kit.raft->read(ReadToken(1)).error(), ProposeError::kNotLeader);
  kit.stand({2});
  ASSERT_TRUE(kit.step(2, 2, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.raft->read(ReadToken(1)));
  kit.settle();
  kit.answer_round({2});
  EXPECT_TRUE(kit.reads.empty());  // It does not know yet what is committed.
  kit.acknowledge({2});
  ASSERT_EQ(kit.reads.size(), 1u);
  EXPECT_EQ(kit.reads[0].index, LogIndex(3));
  const Round before = kit.round();
  ASSERT_TRUE(kit.raft->read(ReadToken(2)));
  kit.settle();
  ASSERT_TRUE(kit.step(2, 2, HeartbeatReply{.round = before, .last = LogIndex(3)}));
  EXPECT_EQ(kit.reads.size(), 1u);  // An answer from before the read.
  kit.answer_round({3});
  ASSERT_EQ(kit.reads.size(), 2u);
  EXPECT_EQ(kit.reads[1].token, ReadToken(2));
}

TEST(ThesisLeader, reads_are_lost_with_the_leadership_and_have_a_bound) {
  Options options;
  options.reads_max = 2;
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(kit.lead({2}));
  ASSERT_TRUE(kit.raft->read(ReadToken(1)));
  ASSERT_TRUE(kit.raft->read(ReadToken(2)));
  EXPECT_EQ(kit.raft->read(ReadToken(3)).error(), ProposeError::kBusy);
  ASSERT_TRUE(kit.step(3, 2, Heartbeat{}));
  EXPECT_TRUE(kit.reads.empty());
  EXPECT_EQ(kit.lost_reads, (std::vector{ReadToken(1), ReadToken(2)}));
}

// 6.4.1: a lease counts from the beginning of the round that a quorum has answered, and is shorter
// than the time in which nobody can be elected.
TEST(ThesisLeader, a_lease_begins_with_its_round) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2}));
  EXPECT_FALSE(kit.raft->lease_until().has_value());  // No round is confirmed yet.
  kit.pass(Options().heartbeat_interval);
  const Instant begun = kit.now;
  kit.now += milliseconds(30);
  kit.answer_round({2});
  EXPECT_EQ(kit.raft->quorum_confirmed_at(), begun);
  EXPECT_EQ(kit.raft->lease_until(), begun + Options().election_timeout_min * 9 / 10);
}

// 6.4.1: what a restarted voter has heard is not known, so it waits.
TEST(ThesisLeader, a_restarted_voter_honours_a_lease) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.now += Options().election_timeout_min - Duration(1);
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{}));
  EXPECT_TRUE(kit.sent.empty());
  kit.now += Duration(1);
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
}

// --- 9.6: pre-vote ---------------------------------------------------------------------------

// A server counts up its term only when a majority has said that it would vote for it.
TEST(ThesisPreVote, comes_before_the_term) {
  ReplicaKit kit(1, recovered(voters({1, 2, 3, 4, 5}), {3}, 4));
  kit.stand({});
  EXPECT_EQ(kit.term(), 4u);
  EXPECT_EQ(kit.sent.size(), 4u);
  EXPECT_EQ(kit.sent[0].term, Term(5));
  EXPECT_TRUE(kit.writes.empty());
  EXPECT_EQ(kit.disk.hard_state.term, Term(4));
  ASSERT_TRUE(kit.step(2, 5, VoteReply{.granted = true, .pre_vote = true}));
  EXPECT_EQ(kit.role(), RoleName::kPreCandidate);
  ASSERT_TRUE(kit.step(3, 5, VoteReply{.granted = true, .pre_vote = true}));
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  EXPECT_EQ(kit.term(), 5u);
}

// A pre-vote is promised to anybody who could be voted for, and binds nobody.
TEST(ThesisPreVote, binds_nobody) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.now += seconds(1);
  ASSERT_TRUE(kit.step(1, 1, VoteRequest{.pre_vote = true}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
  EXPECT_EQ(kit.sent.back().term, Term(1));  // The term that was asked about.
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{.pre_vote = true}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
  EXPECT_EQ(kit.raft->hard_state(), HardState{});
}

// A server that was cut off comes back and disturbs nobody: its term has not grown.
TEST(ThesisPreVote, who_was_cut_off_comes_back_in_the_old_term) {
  GroupKit group;
  for (const std::uint64_t id : {1, 2, 3}) {
    group.add(id, recovered(voters({1, 2, 3}), {}));
  }
  group.elect(1);
  group.cut(3);
  group.pass(seconds(10));
  EXPECT_EQ(group[3].term(), 1u);
  EXPECT_EQ(group[3].role(), RoleName::kPreCandidate);
  group.heal();
  group.pass(seconds(2));
  EXPECT_EQ(group[1].role(), RoleName::kLeader);
  EXPECT_EQ(group[3].leader(), ReplicaId(1));
  EXPECT_EQ(group[3].term(), 1u);
}

}  // namespace
}  // namespace godwit::raft
