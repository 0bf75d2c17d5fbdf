// Who may act for a session (P-7, P-8, P-9, P-17).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::Close;
using records::Epoch;
using records::Fenced;
using records::Owned;
using records::SessionNumber;
using records::Subscribe;
using testing::ElementsAre;
using testing::IsEmpty;

class OwnershipTest : public testing::Test {
 protected:
  OwnershipTest() { kit_.attach(); }

  std::vector<std::string> subscribe(const Owned& by) {
    return kit_.apply(Subscribe{by, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  }

  ShardKit kit_;
};

TEST_F(OwnershipTest, is_new_and_then_present) {
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("opened 1 epoch 1"));
  kit_.apply(Close{.by = {SessionNumber(1), Epoch(1)}});
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("opened 1 epoch 2 present"));
}

// P-9: the answer waits until the former owner can do nothing more.
TEST_F(OwnershipTest, is_taken_over_when_the_former_owner_has_confirmed) {
  const Owned first = kit_.open("a");
  subscribe(first);
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("fence epoch 1"));
  EXPECT_THAT(kit_.publish({{"t", "x"}}), IsEmpty());
  EXPECT_THAT(subscribe(first), IsEmpty());
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(kit_.apply(Fenced{{SessionNumber(1), Epoch(2)}, Epoch(1)}),
              ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:x q1"));
  EXPECT_THAT(kit_.apply(Fenced{{SessionNumber(1), Epoch(2)}, Epoch(1)}), IsEmpty());
}

TEST_F(OwnershipTest, is_taken_over_twice_before_anybody_confirmed) {
  kit_.open("a");
  kit_.apply(kit_.open_command("a"));
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("fence epoch 1", "fence epoch 2"));
  const Owned third{SessionNumber(1), Epoch(3)};
  EXPECT_THAT(kit_.apply(Fenced{third, Epoch(2)}), IsEmpty());
  EXPECT_THAT(kit_.apply(Fenced{third, Epoch(1)}), ElementsAre("opened 1 epoch 3 present"));
}

// Also a new session waits: the former owner may still act for the client id.
TEST_F(OwnershipTest, of_a_clean_start_waits_for_the_former_owner_too) {
  const Owned first = kit_.open("a");
  subscribe(first);
  EXPECT_THAT(kit_.apply(kit_.open_command("a", {.clean_start = true})),
              ElementsAre("ended 1", "fence epoch 1"));
  EXPECT_THAT(kit_.apply(Fenced{{SessionNumber(2), Epoch(2)}, Epoch(1)}),
              ElementsAre("opened 2 epoch 2"));
  EXPECT_THAT(kit_.publish({{"t", "x"}}), IsEmpty());
}

TEST_F(OwnershipTest, is_answered_again_alike) {
  const records::Open open = kit_.open_command("a");
  EXPECT_THAT(kit_.apply(open), ElementsAre("opened 1 epoch 1"));
  EXPECT_THAT(kit_.apply(open), ElementsAre("opened 1 epoch 1"));
}

// P-17.
TEST_F(OwnershipTest, is_refused_to_another_principal_and_nothing_changes) {
  const Owned by = kit_.open("a", {.user_name = "one"});
  subscribe(by);
  for (const std::string user : {"", "two"}) {
    EXPECT_THAT(kit_.apply(kit_.open_command("a", {.user_name = user, .clean_start = true})),
                ElementsAre("refused not authorized"));
  }
  EXPECT_THAT(kit_.publish({{"t", "x"}}), ElementsAre("deliver 1 id 1 t:x q1"));
}

TEST_F(OwnershipTest, of_another_tenant_is_another_session) {
  kit_.open("a");
  EXPECT_THAT(kit_.apply(kit_.open_command("a", {.tenant = TenantId(9)})),
              ElementsAre("opened 2 epoch 2"));
}

TEST_F(OwnershipTest, ends_with_the_process) {
  const Owned by = kit_.open("a");
  subscribe(by);
  // The same node, started again.
  EXPECT_THAT(kit_.apply(records::Attach{NodeId(1), ShardKit::lane(2)}),
              ElementsAre("attached 4 last 0"));
  EXPECT_THAT(kit_.apply(Close{.by = by}), IsEmpty());
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("refused attachment ended"));
  kit_.attach(1, 2);
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("opened 1 epoch 3 present"));
}

TEST_F(OwnershipTest, that_was_lost_needs_no_confirmation) {
  kit_.open("a");
  const records::Attachment first(1);
  const records::Attachment second = kit_.attach(2, 2);
  EXPECT_NE(first, second);
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("fence epoch 1"));
  EXPECT_THAT(kit_.apply(records::OwnerLost{first}), ElementsAre("opened 1 epoch 2 present"));
}

// --- expiry --------------------------------------------------------------------------------------

TEST_F(OwnershipTest, ends_when_the_expiry_interval_has_passed) {
  const Owned by = kit_.open("a", {.expiry_interval_seconds = 10});
  subscribe(by);
  EXPECT_EQ(kit_.shard().next_deadline(), std::nullopt);
  kit_.apply(Close{.by = by});
  EXPECT_EQ(kit_.shard().next_deadline(), kit_.time() + std::chrono::seconds(10));
  EXPECT_THAT(kit_.pass(std::chrono::milliseconds(9'999)), IsEmpty());
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(kit_.pass(std::chrono::milliseconds(1)), ElementsAre("ended 1"));
  EXPECT_THAT(kit_.apply(kit_.open_command("a")), ElementsAre("opened 2 epoch 2"));
}

TEST_F(OwnershipTest, expires_with_another_interval_if_the_disconnect_says_so) {
  const Owned by = kit_.open("a", {.expiry_interval_seconds = 10});
  EXPECT_THAT(kit_.apply(Close{.by = by, .expiry_interval_seconds = 0}), ElementsAre("ended 1"));
}

TEST_F(OwnershipTest, never_expires_with_the_largest_interval) {
  const Owned by = kit_.open("a", {.expiry_interval_seconds = UINT32_MAX});
  kit_.apply(Close{.by = by});
  EXPECT_EQ(kit_.shard().next_deadline(), std::nullopt);
}

TEST_F(OwnershipTest, expires_for_few_with_one_entry) {
  for (const std::string client : {"a", "b", "c"}) {
    kit_.apply(Close{.by = kit_.open(client, {.expiry_interval_seconds = 1})});
  }
  EXPECT_THAT(kit_.pass(std::chrono::seconds(2)), ElementsAre("ended 1", "ended 2"));
  EXPECT_LE(*kit_.shard().next_deadline(), kit_.time());
  EXPECT_THAT(kit_.pass(std::chrono::seconds(0)), ElementsAre("ended 3"));
  EXPECT_EQ(kit_.shard().next_deadline(), std::nullopt);
}

}  // namespace
}  // namespace godwit::shard
