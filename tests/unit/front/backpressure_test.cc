// Clients that do not read or do not acknowledge, and a process that runs out of memory.

#include <gtest/gtest.h>

#include "broker/front/publish_layouts.h"
#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_ack;
using testkit::make_publish;
using testkit::TestClient;
using testkit::texts_of;
using testkit::WorldOptions;

void expect_no_memory_held(const FrontWorld& world) {
  EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
  EXPECT_EQ(world.metric("godwit_queue_bytes"), 0);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
  EXPECT_EQ(world.metric("godwit_in_flight_bytes"), 0);
}

TEST(Backpressure, drops_qos_0_for_a_client_that_does_not_read_and_counts) {
  WorldOptions options;
  options.limits.write_buffer_max = 10'000;
  FrontWorld world(options);
  TestClient& slow = world.connect("slow");
  TestClient& quick = world.connect("quick");
  TestClient& publisher = world.connect("publisher");
  subscribe(slow, "t");
  subscribe(quick, "t");
  slow.stop_reading();
  for (int i = 0; i < 100; ++i) {
    publisher.send(make_publish("t", std::string(1'000, 'x')));
  }

  EXPECT_EQ(quick.take_publishes().size(), 100U);
  const auto dropped = world.metric("godwit_messages_dropped_total", "write_buffer_full");
  EXPECT_EQ(dropped, 90);
  EXPECT_LE(world.metric("godwit_outbox_bytes"), 11'100);

  slow.go_on_reading();
  EXPECT_EQ(slow.take_publishes().size(), 10U);
  publisher.send(make_publish("t", "again"));
  EXPECT_EQ(slow.take_publishes().size(), 1U);
  expect_no_memory_held(world);
}

// Queued behind the write buffer, then the oldest of the queue go; order is kept.
TEST(Backpressure, queues_qos_1_and_2_for_a_client_that_does_not_read_then_drops_the_oldest) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    WorldOptions options;
    options.limits.write_buffer_max = 10'000;
    options.limits.queue_messages_max = 20;
    FrontWorld world(options);
    TestClient& slow = world.connect("slow");
    TestClient& publisher = world.connect("publisher");
    subscribe(slow, "t", {.qos = qos});
    slow.stop_reading();
    for (std::uint16_t i = 1; i <= 100; ++i) {
      publisher.send(make_publish("t", std::to_string(i) + "|" + std::string(1'000, 'x'), qos, i));
      EXPECT_TRUE(publisher.has_packets());
      publisher.packets.clear();
      publisher.send(make_ack(PacketType::kPubrel, PacketId(i)));
      publisher.packets.clear();
    }
    EXPECT_EQ(world.metric("godwit_queue_messages"), 20);
    EXPECT_EQ(world.metric("godwit_messages_dropped_total", "queue_full"), 70);

    slow.go_on_reading();
    std::vector<int> numbers;
    for (const auto& publish : slow.take_publishes()) {
      numbers.push_back(std::stoi(testkit::text_of(publish)));
    }
    std::vector<int> expected{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    for (int i = 81; i <= 100; ++i) {
      expected.push_back(i);
    }
    EXPECT_EQ(numbers, expected);
    expect_no_memory_held(world);
  }
}

// MQTT-4.9.0-3, MQTT-3.3.4-10: with the quota used up all other packets are served.
TEST(Backpressure, of_a_full_window_holds_back_nothing_else) {
  FrontWorld world;
  ConnectSpec spec;
  spec.receive_maximum = 1;
  TestClient& client = world.connect("c", spec);
  TestClient& publisher = world.connect("publisher");
  subscribe(client, "t", {.qos = Qos::kExactlyOnce});
  publisher.send(make_publish("t", "1", Qos::kExactlyOnce, 1));
  publisher.send(make_publish("t", "2", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(client.take_publishes().size(), 1U);
  client.send(mqtt::Pingreq{});
  (void)client.expect<mqtt::Pingresp>();
  EXPECT_EQ(subscribe(client, "u"), ReasonCode::kSuccess);
  client.send(make_publish("u", "own", Qos::kExactlyOnce, 1));
  EXPECT_EQ(texts_of(client.take_publishes()), std::vector<std::string>{"own"});
  EXPECT_EQ(client.expect<mqtt::PublishAck>().type, PacketType::kPubrec);
  // E-050: PUBREC frees nothing, PUBCOMP does.
  client.send(make_ack(PacketType::kPubrec, PacketId(1)));
  (void)client.expect<mqtt::PublishAck>();
  EXPECT_FALSE(client.has_packets());
  client.send(make_ack(PacketType::kPubcomp, PacketId(1)));
  EXPECT_EQ(texts_of(client.take_publishes()), std::vector<std::string>{"2"});
}

// E-054: a 3.1.1 client has no Receive Maximum; the broker's own window bounds it.
TEST(Backpressure, of_a_client_that_never_acknowledges_ends_in_its_queue) {
  WorldOptions options;
  options.limits.send_window_max = 5;
  options.limits.queue_messages_max = 7;
  FrontWorld world(options);
  TestClient& client = world.connect("c");
  TestClient& publisher = world.connect("publisher");
  subscribe(client, "t", {.qos = Qos::kAtLeastOnce});
  for (std::uint16_t i = 1; i <= 50; ++i) {
    publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, i));
  }
  EXPECT_EQ(client.take_publishes().size(), 5U);
  EXPECT_EQ(world.metric("godwit_queue_messages"), 7);
  client.drop();
  expect_no_memory_held(world);
}

// E-054: what is in flight to a kept session is held in memory too, so it counts.
TEST(Backpressure, counts_messages_in_flight_against_the_memory_budget) {
  WorldOptions options;
  options.memory_budget_bytes = 1'000'000;
  FrontWorld world(options);
  TestClient& client = world.connect("c", kept_v5());
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  subscribe(client, "t", {.qos = Qos::kAtLeastOnce});
  std::size_t taken = 0;
  for (std::uint16_t i = 1; i <= 50; ++i) {
    publisher.send(make_publish("t", std::string(100'000, 'x'), Qos::kAtLeastOnce, i));
    taken += publisher.expect<mqtt::PublishAck>().reason_code == ReasonCode::kSuccess ? 1 : 0;
  }
  EXPECT_LE(taken, 12U);
  for (const auto& publish : client.take_publishes()) {
    client.send(make_ack(PacketType::kPuback, publish.packet_id));
  }
  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
}

// E-054: and no more is in flight to it than may wait for it.
TEST(Backpressure, bounds_the_bytes_in_flight_to_a_kept_session) {
  WorldOptions options;
  options.limits.queue_bytes_max = 10'000;
  FrontWorld world(options);
  TestClient& client = world.connect("c", kept_v5());
  TestClient& publisher = world.connect("publisher");
  subscribe(client, "t", {.qos = Qos::kExactlyOnce});
  for (std::uint16_t i = 1; i <= 100; ++i) {
    publisher.send(make_publish("t", std::string(1'000, 'x'), Qos::kAtLeastOnce, i));
  }
  EXPECT_LE(world.metric("godwit_in_flight_bytes"), 11'100);
  EXPECT_LE(world.metric("godwit_queue_bytes"), 10'000);
  // Goes on as acks come, to the end.
  std::size_t seen = 0;
  for (auto got = client.take_publishes(); !got.empty(); got = client.take_publishes()) {
    seen += got.size();
    for (const mqtt::Publish& publish : got) {
      client.send(make_ack(PacketType::kPuback, publish.packet_id));
    }
  }
  EXPECT_EQ(static_cast<std::int64_t>(seen),
            100 - world.metric("godwit_messages_dropped_total", "queue_full"));
  expect_no_memory_held(world);
}

// MQTT311-4.8.0-2. 0x97 to publishers, 0x89 to newcomers, QoS 0 dropped; all as before once there
// is room.
TEST(Backpressure, of_the_whole_process_refuses_and_recovers) {
  WorldOptions options;
  options.memory_budget_bytes = 100'000;
  FrontWorld world(options);
  TestClient& slow = world.connect("slow");
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  TestClient& old = world.connect("old");
  subscribe(slow, "t", {.qos = Qos::kAtLeastOnce});
  slow.stop_reading();
  publisher.send(make_publish("t", std::string(100'000, 'x'), Qos::kAtLeastOnce, 1));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);

  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kQuotaExceeded);
  publisher.send(make_publish("t", "x", Qos::kExactlyOnce, 3));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kQuotaExceeded);
  publisher.send(make_publish("t", "x"));
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "memory_budget"), 1);
  TestClient& late = world.open();
  late.send_connect("late", {});
  EXPECT_EQ(late.expect<mqtt::Connack>().reason_code, ReasonCode::kServerBusy);
  EXPECT_TRUE(late.closed);
  // 3.x cannot be told, so it is closed rather than lied to.
  old.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  EXPECT_TRUE(old.closed);

  slow.go_on_reading();
  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(publisher.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  world.connect("late", ConnectSpec{});
  EXPECT_EQ(slow.take_publishes().size(), 2U);
}

// MQTT-4.3.3-10: a repeat of a message that was taken is not refused for want of memory. An error
// would free the id for the client, and its next message would be taken for a repeat.
TEST(Backpressure, does_not_refuse_the_repeat_of_a_qos_2_publish_it_has_taken) {
  WorldOptions options;
  options.memory_budget_bytes = 100'000;
  FrontWorld world(options);
  TestClient& slow = world.connect("slow");
  subscribe(slow, "t");
  slow.stop_reading();
  TestClient* publisher = &world.connect("publisher", kept_v5());
  mqtt::Publish publish = make_publish("u", "x", Qos::kExactlyOnce, 9);
  publisher->send(publish);
  publisher->send(make_publish("t", std::string(200'000, 'x')));
  publish.dup = true;
  publisher->send(publish);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(publisher->expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  }
}

// Answers count too: whoever asks without reading is not asked for more.
TEST(Backpressure, stops_reading_from_a_client_that_does_not_read_the_answers) {
  WorldOptions options;
  options.limits.write_buffer_max = 10'000;
  options.limits.codec.maximum_packet_size = 10'000;
  for (const std::uint16_t threads : testkit::Numbers{1, 2}) {
    options.thread_count = threads;
    FrontWorld world(options);
    TestClient& greedy = world.connect("greedy", ConnectSpec{});
    greedy.stop_reading();
    for (int i = 0; i < 50'000; ++i) {
      greedy.push(mqtt::Pingreq{});
    }
    world.settle();
    EXPECT_LT(world.metric("godwit_outbox_bytes"), 21'000);
    EXPECT_TRUE(greedy.open());
    greedy.go_on_reading();
    EXPECT_EQ(greedy.packets.size(), 50'000U);
  }
}

// A payload hung into an outbox costs it two chunks; it has to be worth them, or the bound on the
// bytes of an outbox says nothing of its memory.
TEST(Backpressure, counts_about_what_an_outbox_costs) {
  EXPECT_GE(front::PublishLayouts::kShareFrom, sizeof(front::ChunkSlab::Chunk));
}

TEST(Backpressure, holds_nothing_of_a_client_that_has_gone) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  for (const bool kept : {false, true}) {
    TestClient& slow = world.connect("slow", kept ? kept_v5(5) : ConnectSpec{});
    subscribe(slow, "t", {.qos = Qos::kExactlyOnce});
    slow.stop_reading();
    for (std::uint16_t i = 1; i <= 20; ++i) {
      publisher.send(make_publish("t", std::string(300'000, 'x'), Qos::kAtLeastOnce, i));
    }
    slow.drop();
    EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
    world.advance(std::chrono::seconds(6));
    expect_no_memory_held(world);
  }
  publisher.send(mqtt::Disconnect{});
  testkit::expect_gauges_at_zero(world);
}

// Long filters are memory too. What a session has already it may change.
TEST(Backpressure, refuses_new_subscriptions_over_the_memory_budget) {
  WorldOptions options;
  options.memory_budget_bytes = 100'000;
  FrontWorld world(options);
  TestClient& client = world.connect("c", testkit::ConnectSpec{});
  const auto filter = [](int i) { return std::string(10'000, 'x') + std::to_string(i); };
  int granted = 0;
  while (granted < 100 && !mqtt::is_error(subscribe(client, filter(granted)))) {
    ++granted;
  }
  EXPECT_EQ(granted, 10);
  EXPECT_EQ(subscribe(client, "short"), mqtt::ReasonCode::kQuotaExceeded);
  EXPECT_EQ(subscribe(client, filter(0), {.qos = Qos::kAtLeastOnce}),
            mqtt::ReasonCode::kGrantedQos1);
  unsubscribe(client, filter(1));
  EXPECT_EQ(subscribe(client, "short"), mqtt::ReasonCode::kSuccess);
  client.send(mqtt::Disconnect{});
  testkit::expect_gauges_at_zero(world);
}

}  // namespace
}  // namespace godwit
