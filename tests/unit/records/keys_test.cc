#include "broker/records/keys.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/records/samples.h"

namespace godwit::records {
namespace {

const Keys kKeys(ShardId(258), 3);

bool begins(const Bytes& key, const Bytes& prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

TEST(Keys, begin_with_shard_and_generation) {
  const Bytes expected = {std::byte{1}, std::byte{2}, std::byte{0},
                          std::byte{0}, std::byte{0}, std::byte{3}};
  EXPECT_EQ(kKeys.prefix(), expected);
  for (const Bytes& key :
       {kKeys.counters(), kKeys.attachment(Attachment(1)), kKeys.lane(some_lane()),
        kKeys.outbox(ShardId(4), LaneSequence(5)), kKeys.session(SessionNumber(1)),
        kKeys.subscription(SessionNumber(1), "a"), kKeys.page(SessionNumber(1), QueueSequence(2)),
        kKeys.received_qos2(SessionNumber(1), mqtt::PacketId(2)), kKeys.bodies(BlockNumber(1)),
        kKeys.counts(BlockNumber(1)), kKeys.retained(TenantId(1), "a/b")}) {
    EXPECT_TRUE(begins(key, kKeys.prefix()));
  }
}

TEST(Keys, say_what_they_are_of) {
  EXPECT_EQ(attachment_of(kKeys.attachment(Attachment(77))), Attachment(77));
  EXPECT_EQ(lane_of(kKeys.lane(some_lane())), some_lane());
  EXPECT_EQ(destination_of(kKeys.destination(NodeId(9))), Destination(NodeId(9)));
  EXPECT_EQ(destination_of(kKeys.outbox(ShardId(4), LaneSequence(5))), Destination(ShardId(4)));
  EXPECT_EQ(outbox_sequence_of(kKeys.outbox(ShardId(4), LaneSequence(5))), LaneSequence(5));
  EXPECT_EQ(session_of(kKeys.session(SessionNumber(6))), SessionNumber(6));
  const Bytes subscription = kKeys.subscription(SessionNumber(6), "a/+");
  EXPECT_EQ(session_of(subscription), SessionNumber(6));
  EXPECT_EQ(filter_of(subscription), "a/+");
  EXPECT_EQ(sequence_of(kKeys.page(SessionNumber(6), QueueSequence(8))), QueueSequence(8));
  EXPECT_EQ(sequence_of(kKeys.window(SessionNumber(6), QueueSequence(8))), QueueSequence(8));
  EXPECT_EQ(packet_id_of(kKeys.received_qos2(SessionNumber(6), mqtt::PacketId(65'535))),
            mqtt::PacketId(65'535));
  const Bytes retained = kKeys.retained(TenantId(3), "a/b");
  EXPECT_EQ(tenant_of(retained), TenantId(3));
  EXPECT_EQ(topic_of(retained), "a/b");
}

TEST(Keys, of_one_session_lie_together_and_in_order) {
  const Bytes pages = kKeys.pages(SessionNumber(6));
  EXPECT_TRUE(begins(kKeys.page(SessionNumber(6), QueueSequence(1)), pages));
  EXPECT_FALSE(begins(kKeys.page(SessionNumber(7), QueueSequence(1)), pages));
  EXPECT_LT(kKeys.page(SessionNumber(6), QueueSequence(255)),
            kKeys.page(SessionNumber(6), QueueSequence(256)));
}

}  // namespace
}  // namespace godwit::records
