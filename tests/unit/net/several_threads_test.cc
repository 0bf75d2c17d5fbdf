// Several I/O threads: hand-over, back-pressure between them, and the real thing under TSan.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/net/distributor.h"
#include "broker/net/listener.h"
#include "broker/net/service_thread.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"

namespace godwit::net::test {
namespace {

using mqtt::PacketType;

LoopOptions two_threads(std::size_t mailbox_items_max = 1'024) {
  LoopOptions options;
  options.threads = 2;
  options.mailbox_items_max = mailbox_items_max;
  return options;
}

TEST(SeveralThreads, a_publish_reaches_the_other_thread) {
  BrokerLoop loop(two_threads());
  LoopClient subscriber(loop, "s", 1);
  subscriber.subscribe("t");
  LoopClient publisher(loop, "p", 0);
  publisher.publish("t", "hello");
  EXPECT_EQ(subscriber.expect_publish(), "hello");
}

TEST(SeveralThreads, a_client_that_comes_back_elsewhere_is_moved_to_its_session) {
  for (const std::string id : {"a", "b", "c", "d"}) {
    BrokerLoop loop(two_threads());
    LoopClient watcher(loop, "watcher", 0);
    watcher.subscribe("from/#");
    testkit::ConnectSpec kept = testkit::kept_v5();
    kept.clean_start = false;
    LoopClient first(loop, id, 0, kept);
    first.subscribe("t");

    // With a publish behind the CONNECT, which has to move with the socket.
    LoopClient second(loop, loop.connect(1));
    Bytes bytes = testkit::connect_bytes(id, kept);
    append(bytes, publish_bytes("from/" + id, "moved"));
    second.send(bytes);
    const Bytes connack = second.expect(PacketType::kConnack);
    ASSERT_GE(connack.size(), 3U);
    EXPECT_EQ(std::to_integer<int>(connack[2]), 1) << "session present";
    first.expect(PacketType::kDisconnect);
    EXPECT_EQ(watcher.expect_publish(), "moved");
    watcher.publish("t", "to the session");
    EXPECT_EQ(second.expect_publish(), "to the session");
    EXPECT_EQ(loop.front(0).connection_count() + loop.front(1).connection_count(),
              static_cast<std::size_t>(loop.sockets()));
  }
}

TEST(SeveralThreads, a_full_mailbox_holds_back_clients_and_loses_nothing) {
  BrokerLoop loop(two_threads(1));
  LoopClient subscriber(loop, "s", 1);
  subscriber.subscribe("t");
  LoopClient publisher(loop, "p", 0);
  const std::int64_t received = loop.metric("godwit_publish_received_total");

  // Thread 1 sleeps: the first batch fills its mailbox, the second waits, and then nothing is read.
  constexpr int kMessages = 50;
  for (int i = 0; i < kMessages; ++i) {
    const Bytes packet = publish_bytes("t", std::to_string(i));
    ASSERT_EQ(publisher.peer().send_some(packet), packet.size());
    loop.turn(0);
  }
  EXPECT_LT(loop.metric("godwit_publish_received_total"), received + kMessages);
  EXPECT_GE(loop.metric("godwit_mailbox_full_total"), 1);

  for (int i = 0; i < kMessages; ++i) {
    EXPECT_EQ(subscriber.expect_publish(), std::to_string(i));
  }
  EXPECT_EQ(loop.metric("godwit_publish_received_total"), received + kMessages);
}

TEST(SeveralThreads, no_acknowledgement_overtakes_mail_that_waits) {
  BrokerLoop loop(two_threads(1));
  LoopClient subscriber(loop, "s", 1);
  subscriber.subscribe("t");
  LoopClient publisher(loop, "p", 0);

  // Thread 1 sleeps: the first message fits into its mailbox, the second does not.
  publisher.send(publish_bytes("t", "x", mqtt::Qos::kAtLeastOnce, 1));
  loop.turn(0);
  ASSERT_TRUE(publisher.has_received());
  publisher.expect(mqtt::PacketType::kPuback);
  publisher.send(publish_bytes("t", "x", mqtt::Qos::kAtLeastOnce, 2));
  for (int i = 0; i < 5; ++i) {
    loop.turn(0);
  }
  EXPECT_EQ(loop.metric("godwit_mailbox_full_total"), 1);
  EXPECT_FALSE(publisher.has_received());

  loop.turn(1);
  loop.turn(0);
  EXPECT_TRUE(publisher.has_received());
  publisher.expect(mqtt::PacketType::kPuback);
  EXPECT_EQ(subscriber.expect_publish(), "x");
  EXPECT_EQ(subscriber.expect_publish(), "x");
}

// Mail that has waited for the end of a fan-out over several turns rings no bell again: a thread
// that forgot it would sleep for ever, and this test with it.
TEST(SeveralThreads, mail_behind_a_long_fan_out_is_taken_without_another_ring) {
  LoopOptions options = two_threads();
  options.turn.fanout_receivers_max = 1;
  BrokerLoop loop(options);
  std::vector<LoopClient> subscribers;
  for (const std::string id : {"a", "b", "c"}) {
    subscribers.emplace_back(loop, id, 1);
    subscribers.back().subscribe("t");
  }
  LoopClient publisher(loop, "p", 0);
  std::int64_t published = 0;
  for (const std::string text : {"1", "2", "3"}) {
    publisher.send(publish_bytes("t", text));
    ++published;
    while (loop.metric("godwit_publish_received_total") < published) {
      loop.turn(0);  // A batch of its own for each.
    }
  }
  while (loop.metric("godwit_publish_sent_total") < 9) {
    ASSERT_TRUE(loop.thread(1).turn(Duration::max()));
  }
  for (LoopClient& subscriber : subscribers) {
    EXPECT_EQ(subscriber.expect_publish(), "1");
    EXPECT_EQ(subscriber.expect_publish(), "2");
    EXPECT_EQ(subscriber.expect_publish(), "3");
  }
}

TEST(SeveralThreads, a_thread_that_has_ended_holds_up_nobody) {
  BrokerLoop loop(two_threads());
  LoopClient client(loop, "c", 0);
  loop.thread(1).begin_stop();
  ASSERT_TRUE(loop.run_until([&] { return loop.ended(1); }));
  // The route of its subscription is mail for the ended thread.
  client.send(subscribe_bytes("somewhere/else"));
  client.send(publish_bytes("t", "x", mqtt::Qos::kAtLeastOnce, 1));
  client.expect(mqtt::PacketType::kPuback);
  loop.thread(0).begin_stop();
  client.expect(mqtt::PacketType::kDisconnect);
}

TEST(SeveralThreads, a_stalled_thread_still_serves_what_needs_no_input) {
  BrokerLoop loop(two_threads(1));
  LoopClient remote(loop, "r", 1);
  remote.subscribe("t");
  LoopClient publisher(loop, "p", 0);
  for (int i = 0; i < 1'000 && loop.metric("godwit_mailbox_full_total") == 0; ++i) {
    static_cast<void>(publisher.peer().send_some(publish_bytes("t", "x")));
    loop.turn(0);
  }
  ASSERT_GE(loop.metric("godwit_mailbox_full_total"), 1);
  // A deadline on the stalled thread: a connection that says nothing.
  LoopClient silent(loop, loop.connect(0));
  loop.turn(0);
  loop.clock.advance(std::chrono::seconds(6));
  bool closed = false;
  for (int i = 0; i < 1'000 && !closed; ++i) {
    loop.turn(0);
    Bytes ignored;
    silent.peer().poll_into(ignored);
    closed = silent.peer().ended();
  }
  EXPECT_TRUE(closed);
}

TEST(SeveralThreads, two_full_mailboxes_do_not_wait_for_each_other) {
  BrokerLoop loop(two_threads(1));
  LoopClient left(loop, "left", 0);
  left.subscribe("to/left");
  LoopClient right(loop, "right", 1);
  right.subscribe("to/right");
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages; ++i) {
    const std::string number = std::to_string(i);
    left.publish("to/right", number);
    right.publish("to/left", number);
    // Each thread fills the other's mailbox twice before that one takes it in.
    loop.turn(0);
    loop.turn(0);
    loop.turn(1);
    loop.turn(1);
  }
  for (int i = 0; i < kMessages; ++i) {
    EXPECT_EQ(left.expect_publish(), std::to_string(i));
    EXPECT_EQ(right.expect_publish(), std::to_string(i));
  }
}

// From here on the threads run by themselves.

class RunningBroker : public testing::Test {
 protected:
  RunningBroker() : loop_(two_threads(4)) {}

  void SetUp() override {
    auto opened = Listener::open({.number = 0, .ip = "127.0.0.1", .port = 0},
                                 {service_, limit_, distributor_, probe_, log_});
    ASSERT_TRUE(opened) << opened.error().text;
    listener_ = std::move(*opened);
    listener_->start();
    loop_.thread(0).start();
    loop_.thread(1).start();
    service_.start();
  }

  // Blocking, since the test does not turn the loop.
  [[nodiscard]] Peer connect_client(const std::string& id) {
    Peer client = connect_to("127.0.0.1", listener_->port());
    client.send(testkit::connect_bytes(id, {.version = mqtt::ProtocolVersion::k3_1_1}));
    EXPECT_EQ(client.receive(4).size(), 4U);
    return client;
  }

  void begin_stop() {
    service_.stop();
    for (std::size_t i = 0; i < 2; ++i) {
      loop_.thread(i).begin_stop();
    }
  }
  void TearDown() override {
    begin_stop();
    for (std::size_t i = 0; i < 2; ++i) {
      loop_.thread(i).join();
    }
    EXPECT_EQ(loop_.sockets(), 0);
    EXPECT_EQ(limit_.taken(), 0U);
  }

  BrokerLoop loop_;
  NullLogSink sink_;
  Log log_{sink_};
  MetricSheet metrics_;
  ListenerProbe probe_{metrics_};
  ConnectionLimit limit_{100};
  Distributor distributor_{{{&loop_.thread(0).mailbox(), &loop_.thread(0).probe()},
                            {&loop_.thread(1).mailbox(), &loop_.thread(1).probe()}},
                           {.rule = PlacementRule::kSpread},
                           Instant{}};
  ServiceThread service_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(RunningBroker, serves_clients_across_threads_and_stops) {
  constexpr std::size_t kMessages = 2'000;
  // SUBSCRIBE to "t", packet id 1, QoS 0; PUBLISH to "t" of one byte.
  const Bytes subscribe = testkit::bytes({0x82, 0x06, 0x00, 0x01, 0x00, 0x01, 't', 0x00});
  const Bytes publish = testkit::bytes({0x30, 0x04, 0x00, 0x01, 't', 'x'});
  Peer subscriber_0 = connect_client("s0");
  Peer subscriber_1 = connect_client("s1");
  for (Peer* subscriber : {&subscriber_0, &subscriber_1}) {
    subscriber->send(subscribe);
    EXPECT_EQ(subscriber->receive(5).size(), 5U);
  }
  Peer publisher_0 = connect_client("p0");
  Peer publisher_1 = connect_client("p1");
  for (std::size_t i = 0; i < kMessages; ++i) {
    publisher_0.send(publish);
    publisher_1.send(publish);
  }
  for (Peer* subscriber : {&subscriber_0, &subscriber_1}) {
    EXPECT_EQ(subscriber->receive(2 * kMessages * publish.size()).size(),
              2 * kMessages * publish.size());
  }
  for (Peer* client : {&subscriber_0, &subscriber_1, &publisher_0, &publisher_1}) {
    client->close();
  }
}

TEST_F(RunningBroker, stopping_closes_clients_that_stay) {
  Peer client_0 = connect_client("c0");
  Peer client_1 = connect_client("c1");
  begin_stop();
  // 3.1.1 clients are told by the end of the connection.
  EXPECT_TRUE(client_0.at_end());
  EXPECT_TRUE(client_1.at_end());
}

}  // namespace
}  // namespace godwit::net::test
