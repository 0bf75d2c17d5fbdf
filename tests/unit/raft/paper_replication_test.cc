// Paper, sections 5.3 and 5.4.2: how the log is replicated, and what is committed. Each test opens
// with the sentence it holds, in our words.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

using Terms = std::vector<std::uint64_t>;

// Section 5.3: a leader appends a command to its log and sends it to all others at the same time.
TEST(PaperReplication, a_command_is_appended_and_sent_to_everybody) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  kit.sent.clear();
  kit.durable_at_once = false;
  ASSERT_TRUE(kit.propose("a"));
  EXPECT_EQ(kit.raft->log().last(), at(1, 2));
  // Thesis, section 10.2.1: not waiting for the own disk.
  EXPECT_EQ(kit.told<AppendRequest>(), (std::vector<std::uint64_t>{2, 3}));
  const auto& request = kit.last<AppendRequest>();
  EXPECT_EQ(request.previous, at(1, 1));
  EXPECT_EQ(request.commit, LogIndex(1));
  ASSERT_EQ(request.entries.size(), 1u);
  EXPECT_EQ(request.entries[0].position(), at(1, 2));
  EXPECT_EQ(as_text(request.entries[0].bytes()), "a");
}

// Section 5.3: only a leader takes commands.
TEST(PaperReplication, only_a_leader_takes_commands) {
  ReplicaKit kit(1, {1, 2, 3});
  EXPECT_EQ(kit.propose().error(), ProposeError::kNotLeader);
  kit.stand({2});
  EXPECT_EQ(kit.propose().error(), ProposeError::kNotLeader);
}

// Section 5.3: an entry is committed once a majority has it (durably), and then applied.
TEST(PaperReplication, an_entry_is_committed_by_a_majority) {
  for (std::uint64_t size = 1; size <= 7; ++size) {
    for (std::uint64_t acknowledged = 0; acknowledged < size; ++acknowledged) {
      Configuration::Parts parts;
      for (std::uint64_t id = 1; id <= size; ++id) {
        parts.voters.push_back({ReplicaId(id), NodeId(id)});
      }
      ReplicaKit kit(1, recovered(Configuration::make(std::move(parts)).value(), {}));
      ASSERT_TRUE(kit.lead({2, 3, 4, 5, 6, 7}));
      ASSERT_TRUE(kit.propose());
      for (std::uint64_t id = 2; id <= acknowledged + 1; ++id) {
        kit.acknowledge({id});
      }
      EXPECT_EQ(kit.commit(), 2 * (acknowledged + 1) > size ? 2u : 1u) << size << acknowledged;
      EXPECT_EQ(kit.applied.size(), kit.commit());
    }
  }
}

// Figure 2: only what is durable is on a server; the leader's own copy is counted no sooner.
TEST(PaperReplication, a_leaders_own_copy_counts_when_it_is_durable) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  kit.durable_at_once = false;
  ASSERT_TRUE(kit.propose());
  kit.acknowledge({2});
  EXPECT_EQ(kit.commit(), 1u);
  kit.write_all();
  EXPECT_EQ(kit.commit(), 2u);
  // A majority without the leader commits; it applies when its disk is done (thesis, 10.2.1).
  ASSERT_TRUE(kit.propose());
  kit.acknowledge({2, 3});
  EXPECT_EQ(kit.commit(), 3u);
  EXPECT_EQ(kit.applied.back().index, LogIndex(2));
  kit.write_all();
  kit.settle();
  EXPECT_EQ(kit.applied.back().index, LogIndex(3));
}

// Section 5.3: the leader tells what is committed in all that it sends later, heartbeats too.
TEST(PaperReplication, what_is_committed_is_told) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2, 3}));
  ASSERT_TRUE(kit.propose());
  kit.sent.clear();
  kit.acknowledge({2});
  EXPECT_EQ(kit.last<Heartbeat>().commit, LogIndex(2));
  ASSERT_TRUE(kit.propose());
  EXPECT_EQ(kit.last<AppendRequest>().commit, LogIndex(2));
  kit.pass(Options().heartbeat_interval);
  EXPECT_EQ(kit.last<Heartbeat>().commit, LogIndex(2));
}

// Figure 2, AppendEntries 5: a follower commits the lesser of what the leader says and the last
// entry that is known to be the leader's.
TEST(PaperReplication, a_follower_commits_no_more_than_it_has_compared) {
  struct Row {
    Terms own;
    LogPosition previous;
    Terms sent;
    std::uint64_t commit;
    std::uint64_t expected;
  };
  const std::vector<Row> rows = {
      {{1, 1, 1}, at(1, 1), {}, 3, 1},  {{1, 1, 1}, at(1, 3), {}, 2, 2},
      {{1, 1, 1}, at(1, 1), {1}, 3, 2}, {{1, 1, 1}, at(1, 2), {3, 3}, 9, 4},
      {{1, 1, 1}, at(1, 3), {3}, 0, 0},
  };
  for (const Row& row : rows) {
    ReplicaKit kit(2, recovered(voters({1, 2, 3}), row.own));
    ASSERT_TRUE(
        kit.step(1, 3,
                 AppendRequest{.previous = row.previous,
                               .commit = LogIndex(row.commit),
                               .entries = entries(row.previous.index.value() + 1, row.sent)}));
    EXPECT_EQ(kit.commit(), row.expected);
  }
  // By a heartbeat alone nothing is compared.
  ReplicaKit kit(2, recovered(voters({1, 2, 3}), {1, 1}));
  ASSERT_TRUE(kit.step(1, 3, Heartbeat{.commit = LogIndex(2)}));
  EXPECT_EQ(kit.commit(), 0u);
}

// Figure 2, AppendEntries 2; section 5.3: no append is taken whose previous entry is not there.
TEST(PaperReplication, an_append_needs_its_previous_entry) {
  struct Row {
    LogPosition previous;
    bool taken;
    LogPosition hint;  // The last position at or before it of no later term.
  };
  const std::vector<Row> rows = {
      {at(0, 0), true, {}},        {at(1, 1), true, {}},        {at(2, 2), true, {}},
      {at(1, 2), false, at(1, 1)}, {at(3, 2), false, at(2, 2)}, {at(3, 3), false, at(2, 2)},
      {at(1, 9), false, at(1, 1)},
  };
  for (const Row& row : rows) {
    ReplicaKit kit(2, recovered(voters({1, 2, 3}), {1, 2}));
    ASSERT_TRUE(kit.step(1, 3,
                         AppendRequest{.previous = row.previous,
                                       .round = Round(8),
                                       .entries = {entry(3, row.previous.index.value() + 1)}}));
    const auto& reply = kit.last<AppendReply>();
    EXPECT_EQ(reply.round, Round(8));
    ASSERT_EQ(reply.rejection.has_value(), !row.taken);
    if (row.taken) {
      EXPECT_EQ(reply.matched, next(row.previous.index));
    } else {
      EXPECT_EQ(reply.matched, LogIndex(0));
      EXPECT_EQ(reply.rejection->rejected, row.previous.index);
      EXPECT_EQ(reply.rejection->hint, row.hint);
      EXPECT_EQ(kit.log_terms(), (Terms{1, 2}));
    }
  }
}

// Figure 2, AppendEntries 3 and 4; section 5.3: what conflicts goes, with all that follows it; what
// is there stays; what is new is appended.
TEST(PaperReplication, a_follower_drops_what_conflicts_and_only_that) {
  struct Row {
    Terms own;
    LogPosition previous;
    Terms sent;
    Terms expected;
  };
  const std::vector<Row> rows = {
      {{}, at(0, 0), {1, 1}, {1, 1}},
      {{1, 1, 1}, at(1, 1), {1}, {1, 1, 1}},  // Late: nothing is cut off.
      {{1, 1, 1}, at(1, 2), {}, {1, 1, 1}},
      {{1, 1, 1}, at(1, 1), {3}, {1, 3}},
      {{1, 1, 2, 2}, at(1, 1), {1, 3, 3}, {1, 1, 3, 3}},
      {{1, 2, 2}, at(0, 0), {1, 2, 2, 3}, {1, 2, 2, 3}},
      {{2, 2}, at(0, 0), {1, 3}, {1, 3}},
  };
  for (const Row& row : rows) {
    ReplicaKit kit(2, recovered(voters({1, 2, 3}), row.own));
    ASSERT_TRUE(
        kit.step(1, 3,
                 AppendRequest{.previous = row.previous,
                               .entries = entries(row.previous.index.value() + 1, row.sent)}));
    EXPECT_EQ(kit.log_terms(), row.expected);
    EXPECT_EQ(kit.last<AppendReply>().matched,
              LogIndex(row.previous.index.value() + row.sent.size()));
    // The disk has the same.
    ReplicaKit again(2, kit.disk);
    EXPECT_EQ(again.log_terms(), row.expected);
  }
}

// Section 5.3: a server that gets the same append twice, or an old one late, is none the worse.
TEST(PaperReplication, appends_may_be_repeated_and_late) {
  ReplicaKit kit(2, {1, 2, 3});
  const AppendRequest first{.commit = LogIndex(1), .entries = entries(1, {1, 1})};
  const AppendRequest second{
      .previous = at(1, 2), .commit = LogIndex(3), .entries = entries(3, {1, 1})};
  for (const AppendRequest& request : {first, second, first, second, first}) {
    ASSERT_TRUE(kit.step(1, 1, request));
    EXPECT_FALSE(kit.last<AppendReply>().rejection.has_value());
  }
  EXPECT_EQ(kit.log_terms(), (Terms{1, 1, 1, 1}));
  EXPECT_EQ(kit.commit(), 3u);
  EXPECT_EQ(kit.applied.size(), 3u);
}

// Section 5.3, figure 7: a leader finds where a follower's log parts from its own and makes it the
// same, whatever it was; its own log only grows (leader append-only).
TEST(PaperReplication, a_leader_makes_every_log_its_own) {
  const Terms leaders = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  const std::vector<Terms> followers = {
      {1, 1, 1, 4, 4, 5, 5, 6, 6},           // a
      {1, 1, 1, 4},                          // b
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},     // c
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},  // d
      {1, 1, 1, 4, 4, 4, 4},                 // e
      {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},     // f
      {},
      {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
  };
  for (std::size_t place = 0; place < followers.size(); ++place) {
    GroupKit group;
    group.add(1, recovered(voters({1, 2, 3}), leaders, 7));
    group.add(2, recovered(voters({1, 2, 3}), followers[place], 7));
    group.add(3, recovered(voters({1, 2, 3}), {}, 7));  // Whose vote elects.
    group.elect(1);
    ASSERT_EQ(group[1].role(), RoleName::kLeader) << place;
    Terms expected = leaders;
    expected.push_back(8);
    EXPECT_EQ(group[1].log_terms(), expected) << place;
    EXPECT_EQ(group[2].log_terms(), expected) << place;
    EXPECT_EQ(group[3].log_terms(), expected) << place;
    EXPECT_EQ(group[2].commit(), expected.size()) << place;
  }
}

// Section 5.3, end: the leader need not try every index; it skips a term at a time.
TEST(PaperReplication, a_rejection_skips_whole_terms) {
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {1, 1, 1, 4, 4, 4, 4, 4, 6}, 6));
  kit.stand({2});
  ASSERT_TRUE(kit.step(2, 7, VoteReply{.granted = true}));
  ASSERT_EQ(kit.last<AppendRequest>().previous, at(6, 9));
  // Its log is 1 1 1 3 3 3 3 3: the last one not later than 6 is (3, 8).
  ASSERT_TRUE(kit.step(
      2, 7, AppendReply{.last = LogIndex(8), .rejection = AppendRejection{LogIndex(9), at(3, 8)}}));
  EXPECT_EQ(kit.last<AppendRequest>().previous, at(1, 3));
}

// Section 5.3: a leader sends again for ever, as long as a follower has not everything.
TEST(PaperReplication, what_is_lost_is_sent_again) {
  GroupKit group;
  for (const std::uint64_t id : {1, 2, 3}) {
    group.add(id, recovered(voters({1, 2, 3}), {}));
  }
  group.elect(1);
  group.cut(3);
  for (int command = 0; command < 5; ++command) {
    ASSERT_TRUE(group[1].propose());
    group.deliver();
  }
  EXPECT_EQ(group[1].commit(), 6u);
  EXPECT_EQ(group[3].commit(), 1u);
  group.heal();
  group.pass(3 * Options().heartbeat_interval);
  EXPECT_EQ(group[3].log_terms(), group[1].log_terms());
  EXPECT_EQ(group[3].commit(), 6u);
}

// Section 5.4.2, figure 8: an entry of an earlier term is not committed by counting, but by one of
// the leader's own term behind it.
TEST(PaperReplication, entries_of_old_terms_are_committed_by_one_of_the_own) {
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {1, 2}, 3));
  kit.stand({2});
  ASSERT_TRUE(kit.step(2, 4, VoteReply{.granted = true}));
  ASSERT_EQ(kit.log_terms(), (Terms{1, 2, 4}));  // The no-op (thesis, section 3.6.2).
  ASSERT_TRUE(kit.step(2, 4, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}));
  ASSERT_TRUE(kit.step(3, 4, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}));
  EXPECT_EQ(kit.commit(), 0u);
  ASSERT_TRUE(kit.step(2, 4, AppendReply{.matched = LogIndex(3), .last = LogIndex(3)}));
  EXPECT_EQ(kit.commit(), 3u);
  EXPECT_EQ(kit.applied.size(), 3u);
  EXPECT_EQ(kit.applied.back().kind, EntryKind::kNoOp);
}

// Section 5.1 and 5.3: an acknowledgement of an earlier term says nothing about this one.
TEST(PaperReplication, acknowledgements_of_old_terms_do_not_count) {
  ReplicaKit kit(1, {1, 2, 3});
  ASSERT_TRUE(kit.lead({2}));
  ASSERT_TRUE(kit.step(2, 3, Heartbeat{}));
  kit.stand({2});
  ASSERT_TRUE(kit.step(2, 4, VoteReply{.granted = true}));
  ASSERT_EQ(kit.raft->log().last(), at(4, 2));
  ASSERT_TRUE(kit.step(2, 1, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}));
  EXPECT_EQ(kit.commit(), 1u);
  EXPECT_EQ(kit.role(), RoleName::kLeader);
}

// Section 7, figure 13: a snapshot replaces a log that lacks its last entry, and leaves one that
// has it as it is; an old one changes nothing.
TEST(PaperReplication, a_snapshot_replaces_what_lacks_it) {
  struct Row {
    LogPosition last;
    Terms expected;
    std::uint64_t start;
  };
  const std::vector<Row> rows = {
      {at(2, 9), {}, 9},            // Beyond the log.
      {at(2, 3), {}, 3},            // Another entry is there: the tail goes too.
      {at(1, 3), {1, 1, 1, 1}, 0},  // The same entry.
      {at(1, 1), {1, 1, 1, 1}, 0},  // Committed already.
  };
  for (const Row& row : rows) {
    ReplicaKit kit(2, {1, 2, 3});
    ASSERT_TRUE(
        kit.step(1, 1, AppendRequest{.commit = LogIndex(2), .entries = entries(1, {1, 1, 1, 1})}));
    ASSERT_TRUE(kit.step(3, 2, InstallSnapshot{{row.last, voters({1, 2, 3, 4})}, nullptr}));
    EXPECT_EQ(kit.log_terms(), row.expected);
    EXPECT_EQ(kit.raft->log().memory_start().index, LogIndex(row.start));
    EXPECT_EQ(kit.commit(), std::max<std::uint64_t>(2, row.last.index.value()));
    EXPECT_EQ(kit.raft->configuration(), row.start > 0 ? voters({1, 2, 3, 4}) : voters({1, 2, 3}));
    EXPECT_EQ(kit.last<AppendReply>().matched, kit.raft->commit());
  }
}

// Section 7: who needs what the leader has dropped gets a snapshot, and then the rest.
TEST(PaperReplication, a_follower_that_is_far_behind_gets_a_snapshot) {
  Options options;
  options.log_cache_bytes_max = 0;
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(kit.lead({2}));
  ASSERT_TRUE(kit.propose());
  kit.acknowledge({2});
  kit.raft->compacted(LogIndex(2));
  // The first probe was lost, which the answer to a later round shows.
  kit.now += options.heartbeat_interval;
  kit.raft->tick(kit.now);
  kit.settle();
  ASSERT_TRUE(kit.step(3, 1, HeartbeatReply{.round = kit.raft->leader()->rounds().current()}));
  ASSERT_TRUE(kit.propose());
  ASSERT_EQ(kit.snapshots, std::vector{ReplicaId(3)});
  kit.sent.clear();
  kit.raft->snapshot_sent(ReplicaId(3), at(1, 2));
  ASSERT_TRUE(kit.step(3, 1, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}));
  EXPECT_EQ(kit.last<AppendRequest>().previous, at(1, 2));
  EXPECT_EQ(kit.last<AppendRequest>().entries.size(), 1u);
}

// Section 7, with a log on disk: what is only there is read back for whoever needs it.
TEST(PaperReplication, a_follower_that_is_behind_the_cache_gets_entries_from_disk) {
  Options options;
  options.log_cache_bytes_max = 0;
  ReplicaKit kit(1, recovered(voters({1, 2, 3}), {}), options);
  ASSERT_TRUE(kit.lead({2}));
  ASSERT_TRUE(kit.propose());
  kit.acknowledge({2});
  ASSERT_EQ(kit.raft->log().memory_start(), at(1, 2));
  // Its log is empty; the first probe was at the no-op, whose previous is nothing: taken.
  ASSERT_TRUE(kit.step(3, 1, AppendReply{.matched = LogIndex(1), .last = LogIndex(1)}));
  ASSERT_EQ(kit.fetches.size(), 1u);
  EXPECT_EQ(kit.fetches[0].to, ReplicaId(3));
  EXPECT_EQ(kit.fetches[0].first, LogIndex(2));
  kit.raft->fetched({ReplicaId(3), at(1, 1), {entry(1, 2)}});
  kit.settle();
  EXPECT_EQ(kit.told<AppendRequest>().back(), 3u);
  EXPECT_EQ(kit.raft->leader()->peers()[1].next_index(), LogIndex(3));
}

}  // namespace
}  // namespace godwit::raft
