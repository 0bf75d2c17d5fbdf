// What is in flight is decided by apply, and survives everything (P-4).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::Ack;
using records::AckKind;
using records::Acks;
using records::Close;
using records::Owned;
using records::Subscribe;
using testing::ElementsAre;
using testing::IsEmpty;

class DeliveryTest : public testing::Test {
 protected:
  DeliveryTest() { kit_.attach(); }

  Owned subscriber(const std::string& client, std::uint16_t receive_maximum = 100,
                   mqtt::Qos qos = mqtt::Qos::kAtLeastOnce) {
    const Owned by = kit_.open(client, {.receive_maximum = receive_maximum});
    kit_.apply(Subscribe{by, {{"t/#", {.qos = qos}}}});
    return by;
  }
  std::vector<std::string> ack(const Owned& by, std::uint16_t id, AckKind kind = AckKind::kPuback) {
    return kit_.apply(Acks{by, {{kind, mqtt::PacketId(id)}}});
  }
  std::vector<std::string> reconnect(const std::string& client, std::uint16_t receive_maximum) {
    return kit_.apply(kit_.open_command(client, {.receive_maximum = receive_maximum}));
  }

  ShardKit kit_;
};

TEST_F(DeliveryTest, goes_out_at_once_with_the_next_packet_id) {
  subscriber("a");
  EXPECT_THAT(kit_.publish({{"t/1", "x"}, {"u", "no"}, {"t/2", "y"}}),
              ElementsAre("deliver 1 id 1 t/1:x q1", "deliver 1 id 2 t/2:y q1"));
}

TEST_F(DeliveryTest, waits_when_the_receive_maximum_is_reached) {
  const Owned by = subscriber("a", 2);
  EXPECT_THAT(kit_.publish({{"t", "1"}, {"t", "2"}, {"t", "3"}, {"t", "4"}}),
              ElementsAre("deliver 1 id 1 t:1 q1", "deliver 1 id 2 t:2 q1"));
  EXPECT_THAT(ack(by, 1), ElementsAre("deliver 1 id 3 t:3 q1"));
  EXPECT_THAT(
      kit_.apply(
          Acks{by, {{AckKind::kPuback, mqtt::PacketId(2)}, {AckKind::kPuback, mqtt::PacketId(3)}}}),
      ElementsAre("deliver 1 id 4 t:4 q1"));
  EXPECT_THAT(ack(by, 4), IsEmpty());
}

TEST_F(DeliveryTest, has_the_lower_of_both_qos) {
  subscriber("a", 100, mqtt::Qos::kExactlyOnce);
  subscriber("b", 100, mqtt::Qos::kAtMostOnce);
  EXPECT_THAT(kit_.publish({{"t", "1"}, {"t", "2", mqtt::Qos::kExactlyOnce}}),
              ElementsAre("deliver 1 id 1 t:1 q1", "deliver 1 id 2 t:2 q2"));
}

TEST_F(DeliveryTest, waits_for_a_client_that_is_away) {
  const Owned by = subscriber("a");
  kit_.apply(Close{.by = by});
  EXPECT_THAT(kit_.publish({{"t", "1"}, {"t", "2"}}), IsEmpty());
  EXPECT_THAT(reconnect("a", 100), ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:1 q1",
                                               "deliver 1 id 2 t:2 q1"));
}

// MQTT-4.4.0-1, E-070.
TEST_F(DeliveryTest, repeats_what_was_in_flight_with_its_ids_and_in_order) {
  const Owned by = subscriber("a", 3);
  kit_.publish({{"t", "1"}, {"t", "2"}, {"t", "3"}, {"t", "4"}});
  ack(by, 2);
  kit_.apply(Close{.by = by});
  EXPECT_THAT(reconnect("a", 2),
              ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:1 q1 dup",
                          "deliver 1 id 3 t:3 q1 dup"));
  const Owned again{records::SessionNumber(1), records::Epoch(2)};
  // What is behind them waits until all are sent again.
  EXPECT_THAT(ack(again, 1), ElementsAre("deliver 1 id 4 t:4 q1 dup"));
}

// The acknowledgement was on its way when the connection ended.
TEST_F(DeliveryTest, is_acknowledged_also_when_the_connection_is_over) {
  const Owned by = subscriber("a", 2);
  kit_.publish({{"t", "1"}, {"t", "2"}, {"t", "3"}});
  kit_.apply(Close{.by = by});
  EXPECT_THAT(ack(by, 1), IsEmpty());
  EXPECT_THAT(reconnect("a", 2), ElementsAre("opened 1 epoch 2 present",
                                             "deliver 1 id 2 t:2 q1 dup", "deliver 1 id 3 t:3 q1"));
}

TEST_F(DeliveryTest, of_an_earlier_ownership_is_not_acknowledged) {
  const Owned by = subscriber("a", 1);
  kit_.publish({{"t", "1"}, {"t", "2"}});
  kit_.apply(Close{.by = by});
  reconnect("a", 1);
  EXPECT_THAT(ack(by, 1), IsEmpty());
}

TEST_F(DeliveryTest, at_qos_2_takes_four_packets) {
  const Owned by = subscriber("a", 1, mqtt::Qos::kExactlyOnce);
  EXPECT_THAT(kit_.publish({{"t", "1", mqtt::Qos::kExactlyOnce}, {"t", "2"}}),
              ElementsAre("deliver 1 id 1 t:1 q2"));
  EXPECT_THAT(ack(by, 1), IsEmpty());  // A PUBACK is none of it.
  EXPECT_THAT(ack(by, 1, AckKind::kPubrec), ElementsAre("pubrel 1"));
  EXPECT_THAT(ack(by, 1, AckKind::kPubrec), ElementsAre("pubrel 1"));
  EXPECT_THAT(ack(by, 1, AckKind::kPubcomp), ElementsAre("deliver 1 id 2 t:2 q1"));
  EXPECT_THAT(ack(by, 1, AckKind::kPubcomp), IsEmpty());
}

TEST_F(DeliveryTest, at_qos_2_is_not_sent_again_once_it_was_received) {
  const Owned by = subscriber("a", 2, mqtt::Qos::kExactlyOnce);
  kit_.publish({{"t", "1", mqtt::Qos::kExactlyOnce}, {"t", "2", mqtt::Qos::kExactlyOnce}});
  ack(by, 1, AckKind::kPubrec);
  kit_.apply(Close{.by = by});
  kit_.flush();
  kit_.restart();
  EXPECT_THAT(reconnect("a", 2),
              ElementsAre("opened 1 epoch 2 present", "pubrel 1", "deliver 1 id 2 t:2 q2 dup"));
}

TEST_F(DeliveryTest, refused_by_pubrec_is_over) {
  const Owned by = subscriber("a", 1, mqtt::Qos::kExactlyOnce);
  kit_.publish({{"t", "1", mqtt::Qos::kExactlyOnce}, {"t", "2"}});
  EXPECT_THAT(ack(by, 1, AckKind::kPubrecRefused), ElementsAre("deliver 1 id 2 t:2 q1"));
}

TEST_F(DeliveryTest, answers_a_pubrec_for_nothing) {
  const Owned by = subscriber("a");
  EXPECT_THAT(ack(by, 9, AckKind::kPubrec), ElementsAre("pubrel 9 unknown"));
}

// MQTT-2.2.1-4: an id that is in use is passed over when the numbers come round.
TEST_F(DeliveryTest, passes_over_ids_that_are_in_use) {
  const Owned by = subscriber("a", 2);
  kit_.publish({{"t", "stays"}});
  for (unsigned id = 2; id <= 65'535; ++id) {
    ASSERT_THAT(kit_.publish({{"t", "x"}}), ElementsAre(fmt::format("deliver 1 id {} t:x q1", id)));
    ack(by, static_cast<std::uint16_t>(id));
    if (id == 30'000) {
      kit_.flush();
      kit_.restart();
    }
  }
  EXPECT_THAT(kit_.publish({{"t", "x"}}), ElementsAre("deliver 1 id 2 t:x q1"));
}

TEST_F(DeliveryTest, is_dropped_from_the_front_of_a_full_queue) {
  const Owned by = kit_.open("a", {.queue_messages_max = 2});
  kit_.apply(Subscribe{by, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  kit_.apply(Close{.by = by});
  EXPECT_THAT(kit_.publish({{"t", "1"}, {"t", "2"}, {"t", "3"}, {"t", "4"}}),
              ElementsAre("dropped 2 queue full"));
  kit_.flush();
  EXPECT_THAT(kit_.publish({{"t", "5"}}), ElementsAre("dropped 1 queue full"));
  EXPECT_THAT(reconnect("a", 9), ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:4 q1",
                                             "deliver 1 id 2 t:5 q1"));
}

TEST_F(DeliveryTest, is_dropped_itself_if_it_is_larger_than_the_queue) {
  const Owned by = kit_.open("a", {.queue_bytes_max = 200});
  kit_.apply(Subscribe{by, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  kit_.apply(Close{.by = by});
  EXPECT_THAT(kit_.publish({{"t", "small"}, {"t", std::string(300, 'x')}}),
              ElementsAre("dropped 1 queue full"));
  EXPECT_THAT(reconnect("a", 9),
              ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:small q1"));
}

// Found by a fuzzer: the first had no room, and the body was gone before the second came.
TEST_F(DeliveryTest, reaches_the_next_when_one_has_no_room) {
  const Owned first = kit_.open("a", {.queue_bytes_max = 1});
  kit_.apply(Subscribe{first, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  kit_.apply(Close{.by = first});
  subscriber("b");
  EXPECT_THAT(kit_.publish({{"t", "x"}}),
              ElementsAre("deliver 2 id 1 t:x q1", "dropped 1 queue full"));
  EXPECT_EQ(kit_.error(), "");
}

TEST_F(DeliveryTest, expires_while_it_waits_and_never_in_flight) {
  const Owned by = subscriber("a", 1);
  kit_.publish({{.topic = "t", .payload = "1", .lifetime = std::chrono::seconds(5)},
                {.topic = "t", .payload = "2", .lifetime = std::chrono::seconds(5)},
                {.topic = "t", .payload = "3"}});
  kit_.pass(std::chrono::seconds(5));
  EXPECT_THAT(ack(by, 1), ElementsAre("deliver 1 id 2 t:3 q1", "dropped 1 expired"));
  kit_.publish({{.topic = "t", .payload = "4", .lifetime = std::chrono::seconds(5)}});
  ack(by, 2);
  kit_.pass(std::chrono::seconds(60));
  kit_.apply(Close{.by = by});
  EXPECT_THAT(reconnect("a", 1),
              ElementsAre("opened 1 epoch 2 present", "deliver 1 id 3 t:4 q1 dup"));
}

// MQTT-3.3.4-2: one copy, with the highest QoS and all identifiers.
TEST_F(DeliveryTest, comes_once_where_several_subscriptions_match) {
  const Owned by = kit_.open("a");
  kit_.apply(Subscribe{by,
                       {{"t/#", {.qos = mqtt::Qos::kAtLeastOnce, .identifier = 7}},
                        {"t/1", {.qos = mqtt::Qos::kExactlyOnce, .identifier = 3}},
                        {"+/1", {.qos = mqtt::Qos::kAtMostOnce}}}});
  EXPECT_THAT(kit_.publish({{"t/1", "x", mqtt::Qos::kExactlyOnce}}),
              ElementsAre("deliver 1 id 1 t/1:x q2 #3 #7"));
}

TEST_F(DeliveryTest, knows_no_local_and_retain_as_published) {
  const Owned by = kit_.open("a");
  kit_.apply(Subscribe{by,
                       {{"own", {.qos = mqtt::Qos::kAtLeastOnce, .no_local = true}},
                        {"kept", {.qos = mqtt::Qos::kAtLeastOnce, .retain_as_published = true}},
                        {"plain", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  const std::uint64_t me = std::hash<std::string>()("a");
  EXPECT_THAT(kit_.publish({{.topic = "own", .payload = "1", .publisher = me},
                            {.topic = "own", .payload = "2", .publisher = me + 1},
                            {.topic = "kept", .payload = "3", .retain = true},
                            {.topic = "plain", .payload = "4", .retain = true}}),
              ElementsAre("deliver 1 id 1 own:2 q1", "deliver 1 id 2 kept:3 q1 retain",
                          "deliver 1 id 3 plain:4 q1"));
}

}  // namespace
}  // namespace godwit::shard
