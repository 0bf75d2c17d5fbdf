#include "cluster/raft/progress.h"

#include <gtest/gtest.h>

namespace godwit::raft {
namespace {

Progress replicating(std::uint64_t match) {
  Progress progress(ReplicaId(2), LogIndex(match + 1));
  progress.matched(LogIndex(match), Round(1));
  return progress;
}

TEST(Progress, sends_one_probe_and_waits) {
  const Options options;
  Progress progress(ReplicaId(2), LogIndex(8));
  EXPECT_TRUE(progress.may_send(options));
  progress.sent(LogIndex(9), 10, Round(3));
  EXPECT_FALSE(progress.may_send(options));
  EXPECT_EQ(progress.next_index(), LogIndex(8));
  // An answer to a round that began before the probe says nothing about it.
  progress.retry_probe(Round(3));
  EXPECT_FALSE(progress.may_send(options));
  progress.retry_probe(Round(4));
  EXPECT_TRUE(progress.may_send(options));
}

TEST(Progress, replicates_once_a_probe_was_accepted) {
  Progress progress(ReplicaId(2), LogIndex(8));
  progress.sent(LogIndex(9), 10, Round(1));
  EXPECT_TRUE(progress.matched(LogIndex(9), Round(1)));
  EXPECT_EQ(progress.state(), ProgressState::kReplicate);
  EXPECT_EQ(progress.next_index(), LogIndex(10));
  EXPECT_FALSE(progress.matched(LogIndex(5), Round(1)));
  EXPECT_EQ(progress.match(), LogIndex(9));
}

TEST(Progress, keeps_to_its_window_in_number_and_bytes) {
  Options options;
  options.in_flight_appends_max = 2;
  options.in_flight_bytes_max = 100;
  Progress progress = replicating(4);
  progress.sent(LogIndex(5), 10, Round(1));
  EXPECT_TRUE(progress.may_send(options));
  progress.sent(LogIndex(6), 10, Round(1));
  EXPECT_FALSE(progress.may_send(options));
  progress.matched(LogIndex(5), Round(1));
  EXPECT_TRUE(progress.may_send(options));
  progress.sent(LogIndex(7), 200, Round(1));
  progress.matched(LogIndex(6), Round(1));
  EXPECT_EQ(progress.in_flight(), 1u);
  EXPECT_FALSE(progress.may_send(options));
}

TEST(Progress, takes_only_rejections_that_are_news) {
  Progress progress = replicating(4);
  EXPECT_FALSE(progress.rejection_is_news(LogIndex(4)));
  EXPECT_TRUE(progress.rejection_is_news(LogIndex(6)));
  progress.probe_from(LogIndex(3));
  EXPECT_EQ(progress.next_index(), LogIndex(5));  // Never before what it has.
  EXPECT_FALSE(progress.rejection_is_news(LogIndex(6)));
  EXPECT_TRUE(progress.rejection_is_news(LogIndex(4)));
}

TEST(Progress, notices_a_lost_tail_by_a_later_round) {
  Progress progress = replicating(4);
  progress.sent(LogIndex(6), 10, Round(2));
  EXPECT_FALSE(progress.lost_tail(Round(2), LogIndex(4)));
  EXPECT_TRUE(progress.lost_tail(Round(3), LogIndex(4)));
  EXPECT_FALSE(progress.lost_tail(Round(3), LogIndex(6)));
}

TEST(Progress, notices_who_forgot_by_a_later_round) {
  Progress progress(ReplicaId(2), LogIndex(5));
  progress.matched(LogIndex(4), Round(2));
  EXPECT_FALSE(progress.forgot(Round(2), LogIndex(3)));
  EXPECT_TRUE(progress.forgot(Round(3), LogIndex(3)));
  EXPECT_FALSE(progress.forgot(Round(3), LogIndex(4)));
}

TEST(Progress, never_counts_again_once_it_said_so) {
  Progress progress = replicating(4);
  progress.heard(Round(3), false);
  progress.heard(Round(4), true);
  EXPECT_FALSE(progress.counts());
  EXPECT_EQ(progress.answered(), Round(4));
}

TEST(Progress, goes_on_as_before_after_a_fetch) {
  const Options options;
  Progress progress = replicating(4);
  progress.fetch();
  EXPECT_FALSE(progress.may_send(options));
  progress.fetched();
  EXPECT_EQ(progress.state(), ProgressState::kReplicate);
}

TEST(Progress, probes_carefully_after_a_snapshot) {
  const Options options;
  Progress progress(ReplicaId(2), LogIndex(1));
  progress.await_snapshot();
  EXPECT_FALSE(progress.may_send(options));
  progress.snapshot_done(LogIndex(9));
  EXPECT_EQ(progress.next_index(), LogIndex(10));
  EXPECT_FALSE(progress.may_send(options));
  progress.retry_probe(Round(1));
  EXPECT_TRUE(progress.may_send(options));
}

}  // namespace
}  // namespace godwit::raft
