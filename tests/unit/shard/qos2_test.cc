// QoS 2 from a client: packet id, message and destinations are one command (P-3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::LaneSequence;
using records::OutboxDone;
using records::Owned;
using records::Qos2Receive;
using records::Qos2Release;
using records::Subscribe;
using testing::ElementsAre;
using testing::IsEmpty;

class Qos2Test : public testing::Test {
 protected:
  Qos2Test() {
    kit_.attach();
    by_ = kit_.open("a");
  }

  std::vector<std::string> receive(std::uint16_t id, records::Destinations destinations) {
    return kit_.apply(Qos2Receive{by_, mqtt::PacketId(id),
                                  record({"t", "x", mqtt::Qos::kExactlyOnce}),
                                  std::move(destinations)});
  }
  std::vector<std::string> release(std::uint16_t id) {
    return kit_.apply(Qos2Release{by_, mqtt::PacketId(id)});
  }

  ShardKit kit_;
  Owned by_;
};

TEST_F(Qos2Test, is_published_once_however_often_it_comes) {
  kit_.apply(Subscribe{by_, {{"t", {.qos = mqtt::Qos::kExactlyOnce}}}});
  EXPECT_THAT(receive(5, {{kShard}, {}, {}}), ElementsAre("pubrec 5", "deliver 1 id 1 t:x q2"));
  EXPECT_THAT(receive(5, {{kShard}, {}, {}}), ElementsAre("pubrec 5"));
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(receive(5, {{kShard}, {}, {}}), ElementsAre("pubrec 5"));
  EXPECT_THAT(release(5), ElementsAre("pubcomp 5"));
  EXPECT_THAT(release(5), ElementsAre("pubcomp 5 unknown"));
  EXPECT_THAT(receive(5, {{kShard}, {}, {}}), ElementsAre("pubrec 5", "deliver 1 id 2 t:x q2"));
}

TEST_F(Qos2Test, is_complete_when_it_is_released_and_everybody_has_it) {
  EXPECT_THAT(receive(5, {{ShardId(7)}, {NodeId(2)}, ShardId(7)}),
              ElementsAre("to shard 7 at 1", "to node 2 at 1", "to shard 7 at 2", "pubrec 5"));
  EXPECT_THAT(release(5), IsEmpty());
  EXPECT_THAT(kit_.apply(OutboxDone{ShardId(7), LaneSequence(1)}), IsEmpty());
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(kit_.apply(OutboxDone{NodeId(2), LaneSequence(1)}), IsEmpty());
  EXPECT_THAT(kit_.apply(OutboxDone{ShardId(7), LaneSequence(2)}), ElementsAre("pubcomp 5"));
}

TEST_F(Qos2Test, waits_for_the_release_if_everybody_has_it_before) {
  receive(5, {{ShardId(7)}, {}, {}});
  EXPECT_THAT(kit_.apply(OutboxDone{ShardId(7), LaneSequence(1)}), IsEmpty());
  EXPECT_THAT(release(5), ElementsAre("pubcomp 5"));
}

// Any new leader sends the same again (P-3).
TEST_F(Qos2Test, leaves_the_same_in_the_outbox_after_a_restart) {
  receive(5, {{ShardId(7)}, {}, {}});
  receive(6, {{ShardId(7)}, {}, {}});
  kit_.apply(OutboxDone{ShardId(7), LaneSequence(1)});
  kit_.flush();
  kit_.restart();
  std::vector<std::uint64_t> sequences;
  kit_.shard().outboxes().for_each(
      [&](const records::Destination&, LaneSequence sequence, const records::OutboxRow& row) {
        sequences.push_back(sequence.value());
        EXPECT_EQ(row.packet_id, mqtt::PacketId(6));
      });
  EXPECT_THAT(sequences, ElementsAre(2));
  EXPECT_THAT(receive(7, {{ShardId(7)}, {}, {}}), ElementsAre("to shard 7 at 3", "pubrec 7"));
}

TEST_F(Qos2Test, numbers_go_on_when_the_outbox_was_empty_at_a_restart) {
  receive(5, {{ShardId(7)}, {}, {}});
  kit_.apply(OutboxDone{ShardId(7), LaneSequence(1)});
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(receive(6, {{ShardId(7)}, {}, {}}), ElementsAre("to shard 7 at 2", "pubrec 6"));
}

}  // namespace
}  // namespace godwit::shard
