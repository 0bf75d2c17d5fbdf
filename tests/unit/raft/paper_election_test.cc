// Paper, sections 5.2 and 5.4.1: who is elected, and by whom. Each test opens with the sentence it
// holds, in our words.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Section 5.2: a server stays a follower as long as it hears from a leader.
TEST(PaperElection, who_hears_a_leader_does_not_stand) {
  for (const MessageBody& body :
       {MessageBody(Heartbeat{}), MessageBody(AppendRequest{}),
        MessageBody(InstallSnapshot{{at(1, 1), voters({1, 2, 3})}, nullptr})}) {
    ReplicaKit kit(2, {1, 2, 3});
    for (int time = 0; time < 20; ++time) {
      ASSERT_TRUE(kit.step(1, 1, body));
      kit.pass(milliseconds(900));
      ASSERT_EQ(kit.role(), RoleName::kFollower);
    }
  }
}

// Section 5.2: leaders send heartbeats to all followers, periodically.
TEST(PaperElection, a_leader_beats_to_everybody_each_interval) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1, 3}));
  kit.pass(milliseconds(1));
  for (int beat = 0; beat < 3; ++beat) {
    kit.sent.clear();
    kit.pass(Options().heartbeat_interval);
    EXPECT_EQ(kit.told<Heartbeat>(), (std::vector<std::uint64_t>{1, 3}));
  }
}

// Section 5.2: a follower that hears nothing over an election timeout begins an election. (First
// it asks whether it could be won: thesis, section 9.6.)
TEST(PaperElection, who_hears_nobody_for_an_election_timeout_stands) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.pass(Options().election_timeout_min - Duration(1));
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  kit.pass(Duration(1));
  EXPECT_EQ(kit.role(), RoleName::kPreCandidate);
  EXPECT_EQ(kit.told<VoteRequest>(), (std::vector<std::uint64_t>{1, 3}));
}

// Section 5.2: it counts up its term, votes for itself, and asks all others at the same time.
TEST(PaperElection, a_candidate_enters_a_term_votes_for_itself_and_asks_all_voters) {
  ReplicaKit kit(2, recovered(voters({1, 2, 3, 4, 5}, {6}), {1, 4}));
  kit.stand({1, 3});
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  EXPECT_EQ(kit.raft->hard_state(), (HardState{Term(5), ReplicaId(2), false}));
  std::vector<std::uint64_t> asked;
  for (const Message& message : kit.sent) {
    const auto& request = std::get<VoteRequest>(message.body);
    if (!request.pre_vote) {
      asked.push_back(message.to.value());
      EXPECT_EQ(message.term, Term(5));
      EXPECT_EQ(request.last, at(4, 2));
      EXPECT_FALSE(request.transfer);
    }
  }
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{1, 3, 4, 5}));  // A learner has no vote.
}

// Section 5.2: a candidate wins with the votes of a majority of the whole group in its term, its
// own among them, and loses when that has become impossible.
TEST(PaperElection, a_majority_of_the_whole_group_elects) {
  for (std::size_t size = 1; size <= 7; ++size) {
    for (std::size_t granted = 0; granted < size; ++granted) {
      Configuration::Parts parts;
      for (std::uint64_t id = 1; id <= size; ++id) {
        parts.voters.push_back({ReplicaId(id), NodeId(id)});
      }
      ReplicaKit kit(1, recovered(Configuration::make(std::move(parts)).value(), {}));
      kit.stand({2, 3, 4, 5, 6, 7});
      ASSERT_EQ(kit.term(), 1u);
      for (std::uint64_t id = 2; id <= size; ++id) {
        ASSERT_TRUE(kit.step(id, 1, VoteReply{.granted = id - 1 <= granted}));
      }
      const bool won = 2 * (granted + 1) > size;
      EXPECT_EQ(kit.role(), won ? RoleName::kLeader : RoleName::kFollower) << size << granted;
    }
  }
}

// Section 5.2: the votes are those of one term, each voter's once; no other answer counts.
TEST(PaperElection, only_votes_of_this_term_count_and_each_once) {
  ReplicaKit kit(1, {1, 2, 3, 4, 5});
  kit.stand({2, 3});
  kit.stand({2, 3});  // The first one came to nothing.
  ASSERT_EQ(kit.term(), 2u);
  ASSERT_TRUE(kit.step(2, 1, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(3, 1, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(4, 2, VoteReply{.granted = true, .pre_vote = true}));
  ASSERT_TRUE(kit.step(5, 2, VoteReply{.granted = true, .pre_vote = true}));
  ASSERT_TRUE(kit.step(2, 2, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(2, 2, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(9, 2, VoteReply{.granted = true}));  // No member.
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  ASSERT_TRUE(kit.step(3, 2, VoteReply{.granted = true}));
  EXPECT_EQ(kit.role(), RoleName::kLeader);
}

// Section 5.2: a server gives one vote a term, to who asks first; asked again it repeats it.
TEST(PaperElection, a_vote_is_given_once_a_term_and_repeated) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.now += seconds(1);
  ASSERT_TRUE(kit.step(1, 1, VoteRequest{}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{}));
  EXPECT_FALSE(kit.last<VoteReply>().granted);
  ASSERT_TRUE(kit.step(1, 1, VoteRequest{}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
  ASSERT_TRUE(kit.step(3, 2, VoteRequest{}));
  EXPECT_TRUE(kit.last<VoteReply>().granted);
}

// Figure 2, state: the vote is persistent, so a restart does not free it.
TEST(PaperElection, a_restarted_voter_remembers_its_vote) {
  ReplicaKit before(2, {1, 2, 3});
  before.now += seconds(1);
  ASSERT_TRUE(before.step(1, 1, VoteRequest{}));
  ReplicaKit after(2, before.disk);
  after.now += seconds(1);
  ASSERT_TRUE(after.step(3, 1, VoteRequest{}));
  EXPECT_FALSE(after.last<VoteReply>().granted);
  ASSERT_TRUE(after.step(1, 1, VoteRequest{}));
  EXPECT_TRUE(after.last<VoteReply>().granted);
}

// Section 5.2: a candidate has voted for itself, and so for nobody else in that term.
TEST(PaperElection, a_candidate_votes_for_no_other_in_its_term) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.stand({1});
  ASSERT_EQ(kit.role(), RoleName::kCandidate);
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{}));
  EXPECT_FALSE(kit.last<VoteReply>().granted);
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
}

// A vote that was given is time for its candidate: figure 2, followers, "or granting a vote".
TEST(PaperElection, who_gave_its_vote_waits_again) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.now += seconds(1);
  ASSERT_TRUE(kit.step(1, 1, VoteRequest{}));
  kit.pass(Options().election_timeout_min - Duration(1));
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  // A refused one is none.
  const Instant deadline = kit.raft->next_deadline();
  ASSERT_TRUE(kit.step(3, 1, VoteRequest{}));
  EXPECT_EQ(kit.raft->next_deadline(), deadline);
}

// Section 5.2: once elected, it tells all others, so that none stands.
TEST(PaperElection, a_new_leader_tells_everybody_at_once) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.stand({1});
  kit.sent.clear();
  ASSERT_TRUE(kit.step(1, 1, VoteReply{.granted = true}));
  EXPECT_EQ(kit.told<AppendRequest>(), (std::vector<std::uint64_t>{1, 3}));
}

// Section 5.2: a candidate that hears a leader of its term, or a later one, follows it; one of an
// earlier term is rejected and the candidate goes on.
TEST(PaperElection, a_candidate_follows_a_leader_of_its_term_or_later_only) {
  for (const std::uint64_t term : {4, 5, 6}) {
    for (const MessageBody& body : {MessageBody(Heartbeat{}), MessageBody(AppendRequest{})}) {
      ReplicaKit kit(2, recovered(voters({1, 2, 3}), {}, 4));
      kit.stand({1});
      ASSERT_EQ(kit.term(), 5u);
      ASSERT_TRUE(kit.step(3, term, body));
      EXPECT_EQ(kit.role(), term < 5 ? RoleName::kCandidate : RoleName::kFollower);
      EXPECT_EQ(kit.leader(), ReplicaId(term < 5 ? 0 : 3));
      EXPECT_EQ(kit.term(), std::max<std::uint64_t>(term, 5));
    }
  }
}

// Section 5.2: if nobody wins, candidates time out and begin another election in a new term.
TEST(PaperElection, a_split_vote_ends_in_another_term) {
  ReplicaKit kit(2, {1, 2, 3, 4});
  kit.stand({1, 3});
  ASSERT_TRUE(kit.step(1, 1, VoteReply{.granted = true}));
  ASSERT_TRUE(kit.step(3, 1, VoteReply{.granted = false}));
  EXPECT_EQ(kit.role(), RoleName::kCandidate);  // 4 may still decide.
  kit.stand({1, 3});
  EXPECT_EQ(kit.role(), RoleName::kCandidate);
  EXPECT_EQ(kit.term(), 2u);
}

// Section 5.2: election timeouts are drawn from an interval, anew each time, so that servers
// differ.
TEST(PaperElection, timeouts_are_drawn_from_the_interval) {
  const Options options;
  const auto spread = options.election_timeout_max - options.election_timeout_min;
  const auto steps = static_cast<std::uint64_t>(spread.count());
  const std::vector<std::uint64_t> chances = {0, 1, steps / 2, steps, steps + 1, ~std::uint64_t{0}};
  for (const std::uint64_t chance : chances) {
    ReplicaKit kit(2, {1, 2, 3});
    kit.chance = chance;
    ASSERT_TRUE(kit.step(1, 1, Heartbeat{}));
    const Duration timeout = kit.raft->next_deadline() - kit.now;
    EXPECT_EQ(timeout, options.election_timeout_min +
                           Duration(static_cast<std::int64_t>(chance % (steps + 1))));
    kit.stand({});
    EXPECT_EQ(kit.raft->next_deadline() - kit.now, timeout);  // A candidate's too.
  }
}

// Section 5.4.1: a voter refuses a candidate whose log is less up to date than its own: an earlier
// last term, or the same and a shorter log.
TEST(PaperElection, a_vote_needs_a_log_that_is_not_behind) {
  struct Row {
    std::vector<std::uint64_t> own;
    LogPosition asked;
    bool granted;
  };
  const std::vector<Row> rows = {
      {{}, at(0, 0), true},        {{}, at(1, 1), true},      {{1}, at(0, 0), false},
      {{1}, at(1, 1), true},       {{1}, at(1, 2), true},     {{1, 1}, at(1, 1), false},
      {{1, 1, 1}, at(2, 1), true},  // Shorter, but of a later term.
      {{2}, at(1, 5), false},       // Longer, but of an earlier one.
      {{1, 2}, at(2, 2), true},    {{1, 2}, at(2, 1), false},
  };
  for (const Row& row : rows) {
    for (const bool pre_vote : {false, true}) {
      ReplicaKit kit(2, recovered(voters({1, 2, 3}), row.own, 3));
      kit.now += seconds(1);
      ASSERT_TRUE(kit.step(1, 4, VoteRequest{.last = row.asked, .pre_vote = pre_vote}));
      EXPECT_EQ(kit.last<VoteReply>().granted, row.granted)
          << row.own.size() << " " << row.asked.term.value() << "." << row.asked.index.value();
      EXPECT_EQ(kit.last<VoteReply>().pre_vote, pre_vote);
    }
  }
}

// Section 5.4.1: the log that counts is all of it, committed or not, also what is not durable yet.
TEST(PaperElection, a_voter_compares_with_all_that_it_has) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.durable_at_once = false;
  ASSERT_TRUE(kit.step(1, 1, AppendRequest{.entries = entries(1, {1, 1})}));
  kit.now += seconds(1);
  ASSERT_TRUE(kit.step(3, 2, VoteRequest{.last = at(1, 1)}));
  kit.write_all();
  EXPECT_FALSE(kit.last<VoteReply>().granted);
}

// Section 5.2, election safety: in groups of many sizes, whoever is cut off, no term ever has two
// leaders, and with a majority there is one.
TEST(PaperElection, a_group_elects_one_leader_a_term) {
  for (const std::uint64_t lost : {0, 1, 2}) {
    GroupKit group;
    for (const std::uint64_t id : {1, 2, 3, 4, 5}) {
      group.add(id, recovered(voters({1, 2, 3, 4, 5}), {})).chance = id * 200'000'000;
    }
    for (std::uint64_t id = 1; id <= lost; ++id) {
      group.cut(id);
    }
    group.pass(seconds(4));
    std::vector<std::uint64_t> leaders;
    for (const std::uint64_t id : {1, 2, 3, 4, 5}) {
      if (group[id].role() == RoleName::kLeader) {
        leaders.push_back(id);
      }
    }
    EXPECT_EQ(leaders, std::vector{lost + 1});
  }
}

}  // namespace
}  // namespace godwit::raft
