#include "cluster/raft/rounds.h"

#include <gtest/gtest.h>

namespace godwit::raft {
namespace {

using std::chrono::seconds;

Instant at(int second) { return Instant(seconds(second)); }

TEST(Rounds, are_confirmed_from_their_beginning) {
  Rounds rounds(at(1));
  EXPECT_EQ(rounds.alive_at(), at(1));
  rounds.begin(at(2));
  rounds.begin(at(3));
  rounds.begin(at(4));
  rounds.confirmed(Round(2));
  EXPECT_EQ(rounds.confirmed_at(), at(3));
  rounds.confirmed(Round(1));
  EXPECT_EQ(rounds.confirmed_at(), at(3));
  EXPECT_EQ(rounds.alive_at(), at(3));
}

TEST(Rounds, answer_a_read_by_a_round_that_began_after_it) {
  Rounds rounds(at(1));
  rounds.begin(at(2));
  rounds.add_read(ReadToken(7));
  EXPECT_TRUE(rounds.wants_round());
  rounds.confirmed(Round(1));
  EXPECT_TRUE(rounds.take_confirmed_reads().empty());
  rounds.begin(at(3));
  EXPECT_FALSE(rounds.wants_round());
  rounds.add_read(ReadToken(8));
  rounds.confirmed(Round(2));
  EXPECT_EQ(rounds.take_confirmed_reads(), std::vector{ReadToken(7)});
  EXPECT_EQ(rounds.take_all_reads(), std::vector{ReadToken(8)});
  EXPECT_EQ(rounds.reads(), 0u);
}

}  // namespace
}  // namespace godwit::raft
