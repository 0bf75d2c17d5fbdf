// What a leader does when its peers change under it, and its limits. What it does by the paper is
// in tests/data/raft.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

// The answer that commits the joint configuration is the one during which the leader used to take
// its peers away; found by the simulator under the address sanitizer.
TEST(Leader, leaves_a_joint_configuration_that_an_answer_to_a_heartbeat_commits) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1, 3}));
  ASSERT_TRUE(kit.raft->change_configuration(voters({2, 3})));
  kit.settle();
  EXPECT_TRUE(kit.raft->configuration().joint());
  ASSERT_TRUE(kit.step(
      3, 1, HeartbeatReply{.received = LogIndex(2), .matched = LogIndex(2), .last = LogIndex(2)}));
  EXPECT_FALSE(kit.raft->configuration().joint());
  EXPECT_EQ(kit.raft->leader()->peers().size(), 1u);
}

TEST(Leader, refuses_an_answer_of_who_was_removed) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1, 3}));
  ASSERT_TRUE(kit.raft->change_configuration(voters({2, 3})));
  kit.settle();
  ASSERT_TRUE(kit.step(3, 1, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}));
  EXPECT_EQ(kit.step(1, 1, AppendReply{.matched = LogIndex(2), .last = LogIndex(2)}).error(),
            Refusal::kNotAMember);
}

TEST(Leader, takes_a_batch_whole_or_not_at_all) {
  Options options;
  options.entry_bytes_max = 10;
  ReplicaKit kit(2, {2}, options);
  kit.now += std::chrono::seconds(2);
  kit.raft->tick(kit.now);
  kit.settle();
  const std::array batch = {make_payload(as_bytes("short")),
                            make_payload(as_bytes("much too long"))};
  EXPECT_EQ(kit.raft->propose(batch).error(), ProposeError::kTooLarge);
  EXPECT_EQ(kit.raft->log().last().index, LogIndex(1));
  const auto proposed = kit.raft->propose(std::span(batch).first(1));
  ASSERT_TRUE(proposed);
  kit.settle();
  EXPECT_EQ(proposed->first, proposed->last);
  EXPECT_EQ(kit.applied.back().position(), proposed->last);
}

TEST(Leader, sends_what_a_turn_brought_in_one_append) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1, 3}));
  kit.sent.clear();
  for (const char* text : {"a", "b", "c"}) {
    ASSERT_TRUE(kit.raft->propose(std::array{make_payload(as_bytes(text))}));
  }
  kit.settle();
  EXPECT_EQ(kit.sent.size(), 2u);
  EXPECT_EQ(kit.last<AppendRequest>().entries.size(), 3u);
}

// Heartbeats of all groups of a node fall on the same instants, whatever time each was elected.
TEST(Leader, beats_on_multiples_of_the_interval) {
  ReplicaKit kit(2, {1, 2, 3});
  kit.now += std::chrono::milliseconds(37);
  ASSERT_TRUE(kit.lead({1, 3}));
  kit.raft->tick(kit.now);
  EXPECT_EQ(kit.raft->next_deadline().time_since_epoch() % Options().heartbeat_interval,
            Duration(0));
}

}  // namespace
}  // namespace godwit::raft
