// Lanes (P-2), and who a publish is for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::LaneSequence;
using records::Owned;
using records::PublishBatch;
using records::Subscribe;
using testing::ElementsAre;
using testing::IsEmpty;

class LaneTest : public testing::Test {
 protected:
  LaneTest() {
    kit_.attach();
    by_ = kit_.open("a");
    kit_.apply(Subscribe{by_, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  }

  std::vector<std::string> send(std::uint64_t first, const std::vector<std::string>& payloads,
                                std::uint8_t process = 1) {
    PublishBatch batch{ShardKit::lane(process), LaneSequence(first), {}};
    for (const std::string& payload : payloads) {
      batch.messages += record({"t", payload});
    }
    return kit_.apply(std::move(batch));
  }

  ShardKit kit_;
  Owned by_;
};

TEST_F(LaneTest, takes_what_comes_next) {
  EXPECT_THAT(send(1, {"1", "2"}),
              ElementsAre("taken 2", "deliver 1 id 1 t:1 q1", "deliver 1 id 2 t:2 q1"));
  EXPECT_THAT(send(3, {"3"}), ElementsAre("taken 3", "deliver 1 id 3 t:3 q1"));
}

TEST_F(LaneTest, answers_a_repeat_and_does_nothing) {
  send(1, {"1", "2"});
  EXPECT_THAT(send(1, {"1", "2"}), ElementsAre("taken 2"));
  EXPECT_THAT(send(1, {"1"}), ElementsAre("taken 2"));
}

TEST_F(LaneTest, takes_the_new_part_of_a_repeat) {
  send(1, {"1", "2"});
  EXPECT_THAT(send(2, {"2", "3"}), ElementsAre("taken 3", "deliver 1 id 3 t:3 q1"));
}

TEST_F(LaneTest, refuses_a_gap_and_says_what_it_expects) {
  send(1, {"1"});
  EXPECT_THAT(send(3, {"3"}), ElementsAre("lane expects 2"));
  EXPECT_THAT(send(2, {"2"}), ElementsAre("taken 2", "deliver 1 id 2 t:2 q1"));
}

TEST_F(LaneTest, refuses_a_lane_that_nobody_attached) {
  EXPECT_THAT(send(1, {"1"}, 77), ElementsAre("lane unknown"));
}

TEST_F(LaneTest, of_a_shard_needs_no_attachment) {
  const auto send_as = [&](std::uint64_t first) {
    return kit_.apply(
        PublishBatch{records::lane_of(ShardId(9)), LaneSequence(first), record({"t", "x"})});
  };
  EXPECT_THAT(send_as(2), ElementsAre("lane expects 1"));
  EXPECT_THAT(send_as(1), ElementsAre("taken 1", "deliver 1 id 1 t:x q1"));
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(send_as(1), ElementsAre("taken 1"));
}

TEST_F(LaneTest, remembers_over_a_restart) {
  send(1, {"1", "2"});
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(send(2, {"2"}), ElementsAre("taken 2"));
}

// A retry may still be on its way when the lease is over.
TEST_F(LaneTest, outlives_its_attachment_until_the_node_has_a_newer_process) {
  send(1, {"1"});
  kit_.apply(records::OwnerLost{records::Attachment(1)});
  EXPECT_THAT(send(1, {"1"}), ElementsAre("taken 1"));
  kit_.apply(records::Attach{NodeId(1), ShardKit::lane(2)});
  EXPECT_THAT(send(1, {"1"}), ElementsAre("lane unknown"));
}

TEST_F(LaneTest, goes_after_an_hour_of_silence_when_nobody_is_attached_by_it) {
  send(1, {"1"});
  kit_.apply(records::OwnerLost{records::Attachment(1)});
  kit_.pass(std::chrono::minutes(59));
  kit_.attach(2, 2);
  EXPECT_THAT(send(2, {"2"}), ElementsAre("taken 2"));
  kit_.pass(std::chrono::minutes(61));
  kit_.attach(3, 3);
  EXPECT_THAT(send(3, {"3"}), ElementsAre("lane unknown"));
  EXPECT_THAT(send(1, {"1"}, 2), ElementsAre("taken 1"));  // Silent too, but attached.
}

TEST_F(LaneTest, stops_the_replica_at_a_message_that_cannot_be_read) {
  EXPECT_THAT(kit_.apply(PublishBatch{ShardKit::lane(), LaneSequence(1), "rubbish"}),
              ElementsAre("error"));
  EXPECT_NE(kit_.error().find("a message cannot be read"), std::string::npos);
}

TEST(Entry, of_a_later_version_stops_the_replica) {
  ShardKit kit;
  const Bytes unknown = {std::byte{0x12}, std::byte{0x03}, std::byte{0xa2}, std::byte{0x06},
                         std::byte{0x00}};
  EXPECT_THAT(kit.apply_bytes(unknown), ElementsAre("error"));
  EXPECT_NE(kit.error().find("unknown_command"), std::string::npos);
}

TEST(Entry, that_comes_again_stops_the_replica) {
  ShardKit kit;
  kit.attach();
  Effects effects;
  const Bytes entry = records::encode({});
  EXPECT_FALSE(kit.shard().apply(kit.index(), entry, effects));
  EXPECT_TRUE(kit.shard().apply(kit.index() + 2, entry, effects));
  EXPECT_FALSE(kit.shard().apply(kit.index() + 1, entry, effects));
}

TEST(Unsubscribe, ends_one_filter_and_leaves_the_others) {
  ShardKit kit;
  kit.attach();
  const Owned by = kit.open("a");
  kit.apply(Subscribe{by,
                      {{"a", {.qos = mqtt::Qos::kAtLeastOnce, .identifier = 1}},
                       {"b", {.qos = mqtt::Qos::kAtLeastOnce, .identifier = 2}},
                       {"c", {.qos = mqtt::Qos::kAtLeastOnce, .identifier = 3}}}});
  kit.apply(records::Unsubscribe{by, {"a", "never"}});
  EXPECT_THAT(kit.publish({{"a", "x"}, {"b", "x"}, {"c", "x"}}),
              ElementsAre("deliver 1 id 1 b:x q1 #2", "deliver 1 id 2 c:x q1 #3"));
  kit.flush();
  kit.restart();
  EXPECT_THAT(kit.publish({{"a", "x"}, {"b", "x"}, {"c", "x"}}),
              ElementsAre("deliver 1 id 3 b:x q1 #2", "deliver 1 id 4 c:x q1 #3"));
}

}  // namespace
}  // namespace godwit::shard
