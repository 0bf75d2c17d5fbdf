// QoS 1 and 2 messages on their way to one client: ids, quota, and what is sent again.

#include "broker/session/send_window.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/session/messages.h"

namespace godwit::session {
namespace {

using mqtt::PacketId;
using mqtt::Qos;
using testing::message;

PacketId add(SendWindow& window, Qos qos = Qos::kAtLeastOnce, const char* payload = "x") {
  EXPECT_TRUE(window.has_room());
  return window.add({message(payload), qos, false, {}});
}

PacketId id_of(int number) { return PacketId(static_cast<std::uint16_t>(number)); }

// What is sent again now, as "id state".
std::vector<std::string> take_resends(SendWindow& window) {
  std::vector<std::string> sent;
  while (const InFlight* entry = window.next_resend()) {
    const char* state = entry->state == SendState::kAwaitPuback   ? " qos1"
                        : entry->state == SendState::kAwaitPubrec ? " qos2"
                                                                  : " pubrel";
    sent.push_back(std::to_string(entry->packet_id.value()) + state);
  }
  return sent;
}

using Resends = std::vector<std::string>;

// MQTT-2.2.1-4, MQTT-4.3.2-1, MQTT-4.3.3-1, MQTT311-4.3.2-1.
TEST(SendWindow, gives_each_message_the_id_after_the_last_one) {
  SendWindow window;
  window.begin_connection(10);
  EXPECT_EQ(add(window), id_of(1));
  EXPECT_EQ(add(window, Qos::kExactlyOnce), id_of(2));
  EXPECT_EQ(window.puback(id_of(1)), AckOutcome::kFinished);
  EXPECT_EQ(add(window), id_of(3));
}

// MQTT-2.2.1-4, MQTT311-2.3.1-4: never 0, never one that is busy. An id whose place in the table
// another one holds is passed over too.
TEST(SendWindow, wraps_its_ids_past_zero_and_past_those_still_busy) {
  SendWindow window;
  window.begin_connection(10);
  EXPECT_EQ(add(window), id_of(1));  // Stays busy.
  PacketId last = id_of(1);
  for (PacketId id = add(window); id > last; id = add(window)) {
    last = id;
    ASSERT_EQ(window.puback(id), AckOutcome::kFinished);
  }
  EXPECT_EQ(last, id_of(65'535));
  EXPECT_EQ(window.size(), 2U);
  EXPECT_EQ(window.puback(id_of(2)), AckOutcome::kFinished);
}

TEST(SendWindow, has_no_room_once_every_id_is_in_flight) {
  SendWindow window;
  window.begin_connection(65'535);
  for (int id = 1; id <= 65'535; ++id) {
    ASSERT_EQ(add(window), id_of(id));
  }
  EXPECT_FALSE(window.has_room());
  EXPECT_EQ(window.size(), 65'535U);

  EXPECT_EQ(window.puback(id_of(777)), AckOutcome::kFinished);
  EXPECT_EQ(add(window), id_of(777));
  EXPECT_FALSE(window.has_room());
}

// A client that never says PUBCOMP takes ids without taking quota, connection after connection.
TEST(SendWindow, has_no_room_once_every_id_is_busy_even_with_quota_left) {
  SendWindow window;
  for (int connection = 0; connection < 80; ++connection) {
    window.begin_connection(1'000);
    take_resends(window);
    for (int i = 0; i < 1'000 && window.has_room(); ++i) {
      EXPECT_EQ(window.pubrec(add(window, Qos::kExactlyOnce), false), AckOutcome::kSendPubrel);
    }
  }
  EXPECT_EQ(window.size(), 65'535U);
  EXPECT_FALSE(window.has_room());
}

// MQTT-4.9.0-1, MQTT-4.9.0-2, E-050.
TEST(SendWindow, of_one_is_freed_by_the_end_of_the_exchange_only) {
  SendWindow window;
  window.begin_connection(1);
  const PacketId qos1 = add(window);
  EXPECT_FALSE(window.has_room());
  EXPECT_EQ(window.puback(qos1), AckOutcome::kFinished);

  const PacketId qos2 = add(window, Qos::kExactlyOnce);
  EXPECT_EQ(window.pubrec(qos2, false), AckOutcome::kSendPubrel);
  EXPECT_FALSE(window.has_room());
  EXPECT_EQ(window.pubcomp(qos2), AckOutcome::kFinished);

  // MQTT-4.4.0-2: an error ends it at once.
  EXPECT_EQ(window.pubrec(add(window, Qos::kExactlyOnce), true), AckOutcome::kFinished);
  EXPECT_TRUE(window.has_room());
  EXPECT_EQ(window.size(), 0U);
}

// E-070, MQTT311-4.4.0-1, MQTT311-4.6.0-1, -4: PUBLISH in the order of first sending, PUBREL in the
// order of PUBREC.
TEST(SendWindow, sends_again_in_the_order_things_were_sent_first) {
  SendWindow window;
  window.begin_connection(100);
  for (int i = 1; i <= 6; ++i) {
    add(window, i % 2 == 0 ? Qos::kExactlyOnce : Qos::kAtLeastOnce);
  }
  EXPECT_EQ(window.pubrec(id_of(6), false), AckOutcome::kSendPubrel);
  EXPECT_EQ(window.pubrec(id_of(2), false), AckOutcome::kSendPubrel);
  EXPECT_EQ(window.puback(id_of(3)), AckOutcome::kFinished);

  window.begin_connection(100);
  EXPECT_FALSE(window.has_room());  // Old things first.
  EXPECT_EQ(take_resends(window), (Resends{"1 qos1", "4 qos2", "5 qos1", "6 pubrel", "2 pubrel"}));
  EXPECT_EQ(add(window), id_of(7));
}

// MQTT-4.4.0-1: at no other time.
TEST(SendWindow, sends_nothing_again_without_a_new_connection) {
  SendWindow window;
  window.begin_connection(10);
  add(window);
  EXPECT_TRUE(take_resends(window).empty());
  window.begin_connection(10);
  EXPECT_EQ(take_resends(window).size(), 1U);
  EXPECT_TRUE(take_resends(window).empty());
}

// MQTT-4.3.3-6, MQTT311-4.3.3-1: once PUBREL was sent, the message is not.
TEST(SendWindow, keeps_the_message_until_it_is_not_needed_any_more) {
  SendWindow window;
  window.begin_connection(10);
  const PacketId id = window.add({message("hello"), Qos::kExactlyOnce, true, {}});
  window.begin_connection(10);
  const InFlight* entry = window.next_resend();
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(as_text(entry->message->payload()), "hello");
  EXPECT_TRUE(entry->retain);

  EXPECT_EQ(window.pubrec(id, false), AckOutcome::kSendPubrel);
  window.begin_connection(10);
  entry = window.next_resend();
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->state, SendState::kAwaitPubcomp);
  EXPECT_FALSE(entry->message);
}

// E-051: the quota starts anew, and repeats stop at it.
TEST(SendWindow, repeats_within_a_smaller_quota_after_a_reconnect) {
  SendWindow window;
  window.begin_connection(10);
  for (int i = 1; i <= 10; ++i) {
    add(window);
  }

  window.begin_connection(3);
  EXPECT_EQ(take_resends(window), (Resends{"1 qos1", "2 qos1", "3 qos1"}));
  EXPECT_EQ(window.puback(id_of(2)), AckOutcome::kFinished);
  EXPECT_EQ(take_resends(window), (Resends{"4 qos1"}));
  EXPECT_FALSE(window.has_room());
  for (int i = 1; i <= 10; ++i) {
    window.puback(id_of(i));
    take_resends(window);
  }
  EXPECT_TRUE(window.has_room());
  EXPECT_EQ(window.size(), 0U);
}

// E-052: a repeated PUBREL and its answer neither take nor give quota.
TEST(SendWindow, counts_no_quota_for_a_repeated_pubrel) {
  SendWindow window;
  window.begin_connection(2);
  EXPECT_EQ(window.pubrec(add(window, Qos::kExactlyOnce), false), AckOutcome::kSendPubrel);

  window.begin_connection(2);
  EXPECT_EQ(take_resends(window), (Resends{"1 pubrel"}));
  add(window);
  add(window);
  EXPECT_FALSE(window.has_room());
  EXPECT_EQ(window.pubcomp(id_of(1)), AckOutcome::kFinished);
  EXPECT_FALSE(window.has_room());  // Not three in flight.
}

// E-069, MQTT-2.2.1-5.
TEST(SendWindow, tells_stray_acks_from_wrong_ones) {
  SendWindow window;
  EXPECT_EQ(window.puback(id_of(1)), AckOutcome::kUnknown);
  window.begin_connection(10);
  const PacketId qos1 = add(window);
  const PacketId qos2 = add(window, Qos::kExactlyOnce);

  EXPECT_EQ(window.puback(id_of(9)), AckOutcome::kUnknown);
  EXPECT_EQ(window.pubrec(id_of(9), false), AckOutcome::kUnknown);
  EXPECT_EQ(window.pubcomp(id_of(9)), AckOutcome::kUnknown);
  // Another id with the same place in the table.
  EXPECT_EQ(window.puback(id_of(1 + 1024)), AckOutcome::kUnknown);

  EXPECT_EQ(window.pubrec(qos1, false), AckOutcome::kWrongPacket);
  EXPECT_EQ(window.pubcomp(qos1), AckOutcome::kWrongPacket);
  EXPECT_EQ(window.puback(qos2), AckOutcome::kWrongPacket);
  EXPECT_EQ(window.pubcomp(qos2), AckOutcome::kWrongPacket);
  EXPECT_EQ(window.pubrec(qos2, false), AckOutcome::kSendPubrel);
  EXPECT_EQ(window.pubrec(qos2, false), AckOutcome::kSendPubrel);  // Again.
  EXPECT_EQ(window.puback(qos2), AckOutcome::kWrongPacket);
  EXPECT_EQ(window.size(), 2U);
}

// An ack for something that was sent on the connection before arrives before it is repeated.
TEST(SendWindow, does_not_repeat_what_is_acknowledged_meanwhile) {
  SendWindow window;
  window.begin_connection(10);
  for (int i = 1; i <= 3; ++i) {
    add(window);
  }
  window.begin_connection(1);
  EXPECT_EQ(take_resends(window), (Resends{"1 qos1"}));
  EXPECT_EQ(window.puback(id_of(2)), AckOutcome::kFinished);
  EXPECT_EQ(window.puback(id_of(1)), AckOutcome::kFinished);
  EXPECT_EQ(take_resends(window), (Resends{"3 qos1"}));
}

}  // namespace
}  // namespace godwit::session
