// How connections end: closer.h.
#include <gtest/gtest.h>

#include <string>

#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"

namespace godwit::net::test {
namespace {

using mqtt::PacketType;

const Bytes& disconnect() {
  static const Bytes kBytes = testkit::bytes({0xE0, 0x00});
  return kBytes;
}

testkit::ConnectSpec with_will() {
  testkit::ConnectSpec spec;
  spec.will = testkit::WillSpec{};
  return spec;
}

// A client that does not read, and more for it than its socket takes.
LoopClient stuck_client(BrokerLoop& loop, LoopClient& publisher) {
  LoopClient stuck(loop, loop.connect(0, nullptr, 4'096));
  stuck.send(testkit::connect_bytes("stuck", {}));
  stuck.expect(PacketType::kConnack);
  stuck.subscribe("t");
  for (int i = 0; i < 40; ++i) {
    publisher.publish("t", std::string(10'000, 'x'));
  }
  EXPECT_TRUE(loop.run_until([&] {
    return loop.metric("godwit_network_short_sends_total") > 0 &&
           loop.metric("godwit_publish_received_total") == 40;
  }));
  return stuck;
}

TEST(Closing, a_client_that_leaves_frees_its_socket) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  client.send(disconnect());
  EXPECT_TRUE(client.closed_by_broker());
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
  EXPECT_EQ(loop.front(0).connection_count(), 0U);
}

TEST(Closing, a_peer_that_closes_without_a_word_is_lost) {
  BrokerLoop loop;
  LoopClient watcher(loop, "w");
  watcher.subscribe("will");
  LoopClient client(loop, "c", 0, with_will());
  client.peer().close();
  EXPECT_EQ(watcher.expect_publish(), "gone");
  EXPECT_EQ(loop.sockets(), 1);
}

TEST(Closing, a_reset_is_a_loss_too) {
  BrokerLoop loop;
  LoopClient watcher(loop, "w");
  watcher.subscribe("will");
  LoopClient client(loop, "c", 0, with_will());
  client.peer().reset();
  EXPECT_EQ(watcher.expect_publish(), "gone");
  EXPECT_EQ(loop.sockets(), 1);
}

TEST(Closing, a_reset_while_input_is_held_back_is_noticed) {
  BrokerLoop loop;
  loop.authentication.hold = true;
  LoopClient client(loop, loop.connect());
  client.send(testkit::connect_bytes("c", {}));
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
  for (int i = 0; i < 3; ++i) {
    loop.turn();
  }
  client.peer().reset();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
  // The answer finds nobody.
  loop.authentication.answer_all();
  loop.turn();
  EXPECT_EQ(loop.front(0).connection_count(), 0U);
}

TEST(Closing, what_was_sent_before_a_half_close_is_still_handled) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  LoopClient client(loop, loop.connect());
  Bytes bytes = testkit::connect_bytes("c", {});
  append(bytes, publish_bytes("t", "last words"));
  append(bytes, disconnect());
  client.send(bytes);
  client.peer().shutdown_write();
  EXPECT_EQ(subscriber.expect_publish(), "last words");
  client.expect(PacketType::kConnack);
  EXPECT_TRUE(client.closed_by_broker());
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
}

TEST(Closing, a_half_close_during_authentication_does_not_spin_and_input_is_kept) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  loop.authentication.hold = true;
  LoopClient client(loop, loop.connect());
  Bytes bytes = testkit::connect_bytes("c", {});
  append(bytes, publish_bytes("t", "last words"));
  client.send(bytes);
  client.peer().shutdown_write();
  for (int i = 0; i < 5; ++i) {
    loop.turn();
  }
  loop.authentication.answer_all();
  EXPECT_EQ(subscriber.expect_publish(), "last words");
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
}

TEST(Closing, a_refused_client_gets_to_read_why_though_it_goes_on_sending) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  // 0x95 after the header of a packet that is too large, whose body is on its way.
  Bytes oversized = testkit::bytes({0x30, 0xFF, 0xFF, 0xFF, 0x7F});
  oversized.resize(std::size_t{2} << 20U);
  client.send(oversized);
  const Bytes packet = client.expect(PacketType::kDisconnect);
  ASSERT_GE(packet.size(), 3U);
  EXPECT_EQ(std::to_integer<int>(packet[2]), 0x95);
  EXPECT_TRUE(client.closed_by_broker());
  client.peer().close();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
}

TEST(Closing, a_client_that_never_closes_its_side_is_cut_after_the_grace_time) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  client.send(testkit::bytes({0x00, 0x00}));  // Packet type 0.
  client.expect(PacketType::kDisconnect);
  EXPECT_TRUE(client.closed_by_broker());
  // It got everything, but its side stays open.
  for (int i = 0; i < 3; ++i) {
    loop.turn();
  }
  EXPECT_EQ(loop.sockets(), 1);
  loop.clock.advance(BrokerLoop::kCloseGrace);
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
  EXPECT_EQ(loop.metric("godwit_network_cut_off_total"), 0);
}

TEST(Closing, output_that_is_not_taken_is_dropped_after_the_grace_time_and_counted) {
  BrokerLoop loop;
  LoopClient publisher(loop, "p");
  LoopClient stuck = stuck_client(loop, publisher);
  LoopClient successor(loop, "stuck");  // Takes over: 0x8E for the one that does not read.
  for (int i = 0; i < 3; ++i) {
    loop.turn();
  }
  EXPECT_EQ(loop.sockets(), 3);
  loop.clock.advance(BrokerLoop::kCloseGrace);
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 2; }));
  EXPECT_EQ(loop.metric("godwit_network_cut_off_total"), 1);
  EXPECT_EQ(loop.metric("godwit_outbox_bytes"), 0);
}

TEST(Closing, output_that_is_taken_in_time_arrives_whole) {
  BrokerLoop loop;
  LoopClient publisher(loop, "p");
  LoopClient stuck = stuck_client(loop, publisher);
  LoopClient successor(loop, "stuck");
  Bytes packet;
  int publishes = 0;
  while (!(packet = stuck.next_packet()).empty() && std::to_integer<int>(packet[0] >> 4U) == 3) {
    ++publishes;
  }
  EXPECT_EQ(publishes, 40);
  ASSERT_GE(packet.size(), 3U);
  EXPECT_EQ(std::to_integer<int>(packet[2]), 0x8E);
  EXPECT_TRUE(stuck.closed_by_broker());
}

TEST(Closing, a_stuck_client_that_resets_is_lost_at_once) {
  BrokerLoop loop;
  LoopClient publisher(loop, "p");
  LoopClient stuck = stuck_client(loop, publisher);
  stuck.peer().reset();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
}

TEST(Closing, stop_tells_clients_and_ends_when_they_have_gone) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  loop.thread(0).begin_stop();
  const Bytes packet = client.expect(PacketType::kDisconnect);
  ASSERT_GE(packet.size(), 3U);
  EXPECT_EQ(std::to_integer<int>(packet[2]), 0x8B);
  EXPECT_TRUE(client.closed_by_broker());
  EXPECT_FALSE(loop.ended());
  client.peer().close();
  EXPECT_TRUE(loop.run_until([&] { return loop.ended(); }));
}

TEST(Closing, stop_without_clients_ends_at_once) {
  BrokerLoop loop;
  loop.thread(0).begin_stop();
  loop.turn();
  EXPECT_TRUE(loop.ended());
}

TEST(Closing, stop_ends_by_its_deadline_whatever_clients_do) {
  BrokerLoop loop;
  LoopClient publisher(loop, "p");
  LoopClient stuck = stuck_client(loop, publisher);
  loop.thread(0).begin_stop();
  for (int i = 0; i < 5; ++i) {
    loop.turn();
  }
  EXPECT_FALSE(loop.ended());
  loop.clock.advance(BrokerLoop::kDrainDeadline);
  EXPECT_TRUE(loop.run_until([&] { return loop.ended(); }));
  EXPECT_EQ(loop.sockets(), 0);
}

TEST(Closing, clients_that_come_during_a_stop_are_refused) {
  BrokerLoop loop;
  LoopClient first(loop, "c");
  loop.thread(0).begin_stop();
  loop.turn();
  LoopClient late(loop, loop.connect());
  EXPECT_TRUE(late.closed_by_broker());
  EXPECT_EQ(loop.metric("godwit_network_refused_total", "front"), 1);
}

TEST(Closing, sockets_that_come_after_the_end_are_closed) {
  BrokerLoop loop;
  loop.thread(0).begin_stop();
  loop.turn();
  ASSERT_TRUE(loop.ended());
  LoopClient late(loop, loop.connect());
  EXPECT_TRUE(late.closed_by_broker());
}

}  // namespace
}  // namespace godwit::net::test
