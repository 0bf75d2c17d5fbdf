// Paper, figure 2 and section 5.1: terms, and what every server does. Each test opens with the
// sentence it holds, in our words.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

using std::chrono::seconds;

// One message of each kind that a peer in a later term may send, but pre-votes.
std::vector<MessageBody> bodies() {
  return {VoteRequest{.last = at(0, 0), .transfer = true},
          VoteReply{},
          VoteReply{.granted = true},
          VoteReply{.pre_vote = true},
          AppendRequest{},
          AppendReply{},
          Heartbeat{},
          HeartbeatReply{},
          InstallSnapshot{{at(1, 1), voters({1, 2, 3})}, nullptr},
          TimeoutNow{},
          Outcast{}};
}

// Brings a fresh replica 2 of 1, 2, 3 into this role, in term 1.
void bring(ReplicaKit& kit, RoleName role) {
  switch (role) {
    case RoleName::kFollower:
      ASSERT_TRUE(kit.step(1, 1, Heartbeat{}));
      break;
    case RoleName::kPreCandidate:
      ASSERT_TRUE(kit.step(1, 1, Heartbeat{}));
      kit.stand({});
      break;
    case RoleName::kCandidate:
      kit.stand({1});
      break;
    case RoleName::kLeader:
      ASSERT_TRUE(kit.lead({1}));
      break;
  }
  ASSERT_EQ(kit.role(), role);
  ASSERT_EQ(kit.term(), 1u);
}

constexpr std::array kRoles = {RoleName::kFollower, RoleName::kPreCandidate, RoleName::kCandidate,
                               RoleName::kLeader};

// Figure 2, all servers; section 5.1: a message of a later term makes any server enter that term,
// and a candidate or leader a follower.
TEST(PaperTerms, any_message_of_a_later_term_is_followed) {
  for (const RoleName role : kRoles) {
    for (const MessageBody& body : bodies()) {
      ReplicaKit kit(2, {1, 2, 3});
      bring(kit, role);
      ASSERT_TRUE(kit.step(3, 4, body)) << body.index();
      EXPECT_EQ(kit.term(), 4u) << static_cast<int>(role) << " " << body.index();
      EXPECT_EQ(kit.role(), RoleName::kFollower) << static_cast<int>(role) << " " << body.index();
    }
  }
}

// Section 5.1, with thesis 9.6: a question about a term is not yet that term.
TEST(PaperTerms, a_pre_vote_of_a_later_term_changes_no_term) {
  for (const RoleName role : kRoles) {
    for (const MessageBody& body : {MessageBody(VoteRequest{.last = at(0, 0), .pre_vote = true}),
                                    MessageBody(VoteReply{.granted = true, .pre_vote = true})}) {
      ReplicaKit kit(2, {1, 2, 3});
      bring(kit, role);
      if (role == RoleName::kPreCandidate && std::holds_alternative<VoteReply>(body)) {
        continue;  // It answers the question.
      }
      ASSERT_TRUE(kit.step(3, 4, body));
      EXPECT_EQ(kit.term(), 1u);
      EXPECT_EQ(kit.role(), role);
    }
  }
}

// Section 5.1: a request with an old term is rejected, by an answer that tells the newer one.
TEST(PaperTerms, requests_of_an_old_term_are_rejected_and_told_the_new_one) {
  for (const MessageBody& body : bodies()) {
    ReplicaKit kit(2, {1, 2, 3});
    ASSERT_TRUE(kit.step(1, 5, Heartbeat{}));
    kit.now += seconds(1);
    kit.sent.clear();
    ASSERT_TRUE(kit.step(3, 4, body));
    EXPECT_EQ(kit.term(), 5u);
    EXPECT_EQ(kit.leader(), ReplicaId(1));
    EXPECT_EQ(kit.raft->log().last(), LogPosition{});
    const bool asks =
        std::holds_alternative<VoteRequest>(body) || std::holds_alternative<AppendRequest>(body) ||
        std::holds_alternative<Heartbeat>(body) || std::holds_alternative<InstallSnapshot>(body);
    ASSERT_EQ(kit.sent.size(), asks ? 1u : 0u) << body.index();
    if (asks) {
      EXPECT_EQ(kit.sent[0].term, Term(5));
      EXPECT_EQ(kit.sent[0].to, ReplicaId(3));
      const auto* vote = std::get_if<VoteReply>(&kit.sent[0].body);
      const auto* reply = std::get_if<HeartbeatReply>(&kit.sent[0].body);
      EXPECT_TRUE((vote != nullptr && !vote->granted) || reply != nullptr);
      EXPECT_TRUE(reply == nullptr || reply->matched == LogIndex(0));
    }
  }
}

// Section 5.1: a leader or candidate that finds its term out of date becomes a follower; so does
// the one that learns it from an answer to its own old request.
TEST(PaperTerms, an_answer_to_an_old_term_deposes_the_old_leader) {
  GroupKit group;
  for (const std::uint64_t id : {1, 2, 3}) {
    group.add(id, recovered(voters({1, 2, 3}), {}));
  }
  group.elect(1);
  ASSERT_EQ(group[1].role(), RoleName::kLeader);
  group.cut(1);
  // Nobody hears the old leader; the others elect another, before it notices.
  group.elect(2);
  ASSERT_EQ(group[2].role(), RoleName::kLeader);
  ASSERT_EQ(group[1].role(), RoleName::kLeader);
  group.heal();
  group[1].pass(Options().heartbeat_interval);
  group.deliver();
  EXPECT_EQ(group[1].role(), RoleName::kFollower);
  EXPECT_EQ(group[1].term(), group[2].term());
}

// Section 5.2: servers start as followers.
TEST(PaperTerms, a_server_starts_as_a_follower_that_knows_no_leader) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.settle();
  EXPECT_EQ(kit.role(), RoleName::kFollower);
  EXPECT_EQ(kit.leader(), ReplicaId(0));
  EXPECT_TRUE(kit.sent.empty());
}

// Figure 2, state: term, vote and log are on stable storage before the answer that tells of them.
TEST(PaperTerms, nothing_is_answered_before_it_is_durable) {
  struct Row {
    std::string_view what;
    MessageBody request;
    std::uint64_t from;
  };
  const std::vector<Row> rows = {
      {"vote", VoteRequest{.last = at(0, 0)}, 3},
      {"append", AppendRequest{.entries = {entry(1, 1)}}, 1},
      {"snapshot", InstallSnapshot{{at(1, 4), voters({1, 2, 3})}, nullptr}, 1},
  };
  for (const Row& row : rows) {
    ReplicaKit kit(2, {1, 2, 3});
    kit.now += seconds(1);
    kit.durable_at_once = false;
    ASSERT_TRUE(kit.step(row.from, 2, row.request));
    EXPECT_TRUE(kit.sent.empty()) << row.what;
    ASSERT_EQ(kit.writes.size(), 1u) << row.what;
    ASSERT_TRUE(kit.writes[0].hard_state.has_value()) << row.what;
    EXPECT_EQ(kit.writes[0].hard_state->term, Term(2)) << row.what;
    kit.write_all();
    EXPECT_EQ(kit.sent.size(), 1u) << row.what;
  }
}

// Figure 2, state: after a restart the server has its term, its vote and its log, and nothing else.
TEST(PaperTerms, a_restart_finds_term_vote_and_log) {
  ReplicaKit before(2, {1, 2, 3});
  before.now += seconds(1);
  ASSERT_TRUE(before.step(3, 1, VoteRequest{.last = at(0, 0)}));
  ASSERT_TRUE(
      before.step(3, 1, AppendRequest{.commit = LogIndex(1), .entries = entries(1, {1, 1})}));
  ReplicaKit after(2, before.disk);
  EXPECT_EQ(after.raft->hard_state(), (HardState{Term(1), ReplicaId(3), false}));
  EXPECT_EQ(after.log_terms(), (std::vector<std::uint64_t>{1, 1}));
  EXPECT_EQ(after.commit(), 0u);  // Volatile (figure 2).
  EXPECT_EQ(after.leader(), ReplicaId(0));
}

// Figure 2, all servers: what is committed and not applied is applied, each entry once, in the
// order of the log.
TEST(PaperTerms, what_is_committed_is_applied_once_in_order) {
  Options options;
  options.apply_bytes_max = 1;  // One entry a time.
  ReplicaKit kit(2, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(
      kit.step(1, 1, AppendRequest{.commit = LogIndex(2), .entries = entries(1, {1, 1, 1, 1})}));
  ASSERT_EQ(kit.applied.size(), 2u);
  ASSERT_TRUE(kit.step(1, 1, Heartbeat{.commit = LogIndex(4)}));
  ASSERT_TRUE(kit.step(1, 1, Heartbeat{.commit = LogIndex(3)}));
  ASSERT_EQ(kit.applied.size(), 4u);
  for (std::uint64_t place = 0; place < 4; ++place) {
    EXPECT_EQ(kit.applied[place].index, LogIndex(place + 1));
  }
}

// Section 5.1: a term has at most one leader; another one in it is not believed.
TEST(PaperTerms, a_second_leader_of_a_term_is_refused) {
  for (const MessageBody& body :
       {MessageBody(AppendRequest{.entries = {entry(1, 1)}}), MessageBody(Heartbeat{}),
        MessageBody(InstallSnapshot{{at(1, 4), voters({3})}, nullptr})}) {
    ReplicaKit follower(2, {1, 2, 3});
    ASSERT_TRUE(follower.step(1, 1, Heartbeat{}));
    EXPECT_EQ(follower.step(3, 1, body).error(), Refusal::kTwoLeaders);
    EXPECT_EQ(follower.leader(), ReplicaId(1));
    ReplicaKit leader(2, {1, 2, 3});
    ASSERT_TRUE(leader.lead({1}));
    EXPECT_EQ(leader.step(3, 1, body).error(), Refusal::kTwoLeaders);
    EXPECT_EQ(leader.role(), RoleName::kLeader);
    EXPECT_EQ(leader.raft->log().last(), at(1, 1));
  }
}

}  // namespace
}  // namespace godwit::raft
