// When the driver of a replica may sleep, and until when: raft.h, next_deadline. A time that has
// passed means that tick has something to do; one that stays in the past would keep a thread awake.
#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

using std::chrono::seconds;

// Lets time pass to each deadline, a hundred times; a second tick at the same time finds nothing to
// do, so the next one is in the future. (After one a leader may be elected, whose beat is due.)
void expect_sleeps(ReplicaKit& kit) {
  for (int tick = 0; tick < 100; ++tick) {
    kit.pass(std::clamp<Duration>(kit.raft->next_deadline() - kit.now, Duration(0), seconds(5)));
    kit.pass(Duration(0));
    ASSERT_GT(kit.raft->next_deadline(), kit.now) << "after tick " << tick;
  }
}

TEST(Deadline, is_in_the_future_after_the_tick_of_a_voter_that_hears_nobody) {
  ReplicaKit kit(2, {1, 2, 3});
  expect_sleeps(kit);
}

TEST(Deadline, is_in_the_future_after_the_tick_of_a_leader) {
  ReplicaKit sole(1, {1});
  expect_sleeps(sole);
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.lead({1}));
  expect_sleeps(kit);  // It loses its quorum on the way.
}

TEST(Deadline, is_in_the_future_after_the_tick_of_who_has_no_term_left) {
  ReplicaKit kit(2, {1, 2, 3});
  ASSERT_TRUE(kit.step(1, kTermMax.value(), Heartbeat{}));
  kit.stand({});
  expect_sleeps(kit);
}

TEST(Deadline, is_in_the_future_after_the_tick_of_a_learner) {
  ReplicaKit kit(4, recovered(voters({1, 2, 3}, {4}), {}));
  expect_sleeps(kit);
}

TEST(Deadline, is_in_the_future_after_the_tick_of_an_amnesiac) {
  Recovered found = recovered(voters({1, 2, 3}), {1});
  found.hard_state.amnesiac = true;
  ReplicaKit kit(2, found);
  expect_sleeps(kit);
}

TEST(Deadline, is_in_the_future_after_the_tick_of_who_belongs_to_no_group_yet) {
  ReplicaKit kit(4, recovered(Configuration(), {}));
  expect_sleeps(kit);
}

}  // namespace
}  // namespace godwit::raft
