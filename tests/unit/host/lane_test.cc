#include "broker/host/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::host {
namespace {

using records::LaneSequence;
using testing::ElementsAre;

class LaneTest : public testing::Test {
 protected:
  void add(std::uint64_t token, std::string record) {
    lane_.add({ThreadIndex(0), ShardId(0), Token(token), std::move(record)});
  }
  std::vector<std::uint64_t> taken(std::uint64_t last) {
    Answers answers;
    lane_.taken(LaneSequence(last), answers);
    std::vector<std::uint64_t> tokens;
    for (const Answers::One& one : answers.all) {
      tokens.push_back(std::get<Done>(one.answer).token.value());
    }
    return tokens;
  }

  Lane lane_{{}};
};

TEST_F(LaneTest, numbers_messages_in_order) {
  add(7, "a");
  add(8, "b");
  const auto batch = lane_.next_batch(100);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->first, LaneSequence(1));
  EXPECT_EQ(batch->messages, "ab");
  EXPECT_FALSE(lane_.next_batch(100));
  EXPECT_THAT(taken(1), ElementsAre(7));
  add(9, "c");
  EXPECT_EQ(lane_.next_batch(100)->first, LaneSequence(3));
  EXPECT_THAT(taken(3), ElementsAre(8, 9));
  EXPECT_EQ(lane_.bytes(), 0);
}

TEST_F(LaneTest, cuts_batches_by_their_bytes_but_sends_one) {
  add(1, "aaaa");
  add(2, "bb");
  add(3, "cc");
  EXPECT_EQ(lane_.next_batch(3)->messages, "aaaa");
  EXPECT_EQ(lane_.next_batch(4)->messages, "bbcc");
}

TEST_F(LaneTest, sends_the_same_again_from_where_it_is_expected) {
  add(1, "a");
  add(2, "b");
  add(3, "c");
  static_cast<void>(lane_.next_batch(100));
  lane_.rewind(LaneSequence(2));
  const auto batch = lane_.next_batch(100);
  EXPECT_EQ(batch->first, LaneSequence(2));
  EXPECT_EQ(batch->messages, "bc");
  lane_.rewind();
  EXPECT_EQ(lane_.next_batch(100)->messages, "abc");
}

TEST_F(LaneTest, minds_no_expectation_of_what_is_answered) {
  add(1, "a");
  static_cast<void>(lane_.next_batch(100));
  static_cast<void>(taken(1));
  add(2, "b");
  lane_.rewind(LaneSequence(1));
  EXPECT_EQ(lane_.next_batch(100)->first, LaneSequence(2));
}

}  // namespace
}  // namespace godwit::host
