// Wills (P-5): once, in time, never before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::Close;
using records::Owned;
using records::WillFire;
using records::WillNumber;
using testing::ElementsAre;
using testing::IsEmpty;

class WillTest : public testing::Test {
 protected:
  WillTest() { kit_.attach(); }

  Owned open(std::uint32_t delay_seconds, std::uint32_t expiry_seconds = 100) {
    return kit_.open("a", {.expiry_interval_seconds = expiry_seconds,
                           .will = records::Will{record({"w", "gone"}), delay_seconds}});
  }
  std::vector<std::string> fire(std::uint64_t will) {
    return kit_.apply(
        WillFire{records::SessionNumber(1), WillNumber(will), {{ShardId(9)}, {}, {}}});
  }

  ShardKit kit_;
};

TEST_F(WillTest, is_due_when_the_connection_is_lost) {
  EXPECT_THAT(kit_.apply(Close{.by = open(0), .keeps_will = true}), ElementsAre("will 1 due"));
  EXPECT_THAT(fire(1), ElementsAre("to shard 9 at 1"));
  EXPECT_THAT(fire(1), IsEmpty());
}

TEST_F(WillTest, goes_with_a_normal_disconnect) {
  EXPECT_THAT(kit_.apply(Close{.by = open(0)}), IsEmpty());
  EXPECT_THAT(fire(1), IsEmpty());
}

TEST_F(WillTest, waits_for_its_delay) {
  kit_.apply(Close{.by = open(10), .keeps_will = true});
  EXPECT_EQ(kit_.shard().next_deadline(), kit_.time() + std::chrono::seconds(10));
  EXPECT_THAT(fire(1), IsEmpty());
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(kit_.pass(std::chrono::seconds(10)), ElementsAre("will 1 due"));
  EXPECT_THAT(fire(1), ElementsAre("to shard 9 at 1"));
}

// A process that died before it proposed: whoever leads next is told again.
TEST_F(WillTest, that_was_due_at_a_restart_is_due_again) {
  kit_.apply(Close{.by = open(0), .keeps_will = true});
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(kit_.pass(std::chrono::seconds(0)), ElementsAre("will 1 due"));
  EXPECT_EQ(kit_.shard().wills().due().size(), 1);
}

// MQTT-3.1.3-9.
TEST_F(WillTest, is_cancelled_when_the_client_comes_back_in_time) {
  kit_.apply(Close{.by = open(10), .keeps_will = true});
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("opened 1 epoch 2 present"));
  EXPECT_THAT(kit_.pass(std::chrono::seconds(20)), IsEmpty());
  EXPECT_THAT(fire(1), IsEmpty());
}

TEST_F(WillTest, is_due_when_the_session_ends_before_its_delay) {
  kit_.apply(Close{.by = open(60, 5), .keeps_will = true});
  EXPECT_THAT(kit_.pass(std::chrono::seconds(5)), ElementsAre("ended 1", "will 1 due"));
}

TEST_F(WillTest, is_due_at_a_clean_start) {
  kit_.apply(Close{.by = open(60), .keeps_will = true});
  EXPECT_THAT(kit_.apply(kit_.open_command("a", {.clean_start = true})),
              ElementsAre("ended 1", "opened 2 epoch 2", "will 1 due"));
}

TEST_F(WillTest, of_a_connection_that_is_taken_over_goes_out_without_a_delay_only) {
  open(0);
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("fence epoch 1", "will 1 due"));
  ShardKit other;
  other.attach();
  other.open("a", {.will = records::Will{record({"w", "gone"}), 5}});
  EXPECT_THAT(other.apply(other.open_command("a")), ElementsAre("fence epoch 1"));
}

TEST_F(WillTest, is_due_when_the_process_is_lost) {
  open(0);
  EXPECT_THAT(kit_.apply(records::OwnerLost{records::Attachment(1)}), ElementsAre("will 1 due"));
}

TEST_F(WillTest, can_be_replaced_and_removed) {
  const Owned by = open(0);
  kit_.apply(records::WillSet{by, records::Will{record({"w", "other"}), 0}});
  kit_.apply(records::WillSet{by, std::nullopt});
  EXPECT_THAT(kit_.apply(Close{.by = by, .keeps_will = true}), IsEmpty());
}

}  // namespace
}  // namespace godwit::shard
