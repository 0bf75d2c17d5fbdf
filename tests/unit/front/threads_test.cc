// Several fronts: what they hand to each other, in any order of turns.

#include <gtest/gtest.h>

#include <map>
#include <random>

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
using testkit::text_of;
using testkit::texts_of;

TEST(Threads, deliver_to_each_other_once_at_every_qos) {
  for (const std::uint16_t threads : testkit::Numbers{2, 3}) {
    FrontWorld world({.thread_count = threads});
    std::vector<TestClient*> subscribers;
    std::vector<TestClient*> publishers;
    for (std::size_t i = 0; i < threads; ++i) {
      subscribers.push_back(&world.connect("s" + std::to_string(i), ConnectSpec{}, i));
      subscribe(*subscribers[i], "a/+", {.qos = Qos::kExactlyOnce});
      publishers.push_back(&world.connect("p" + std::to_string(i), ConnectSpec{}, i));
    }
    for (TestClient* publisher : publishers) {
      for (const int qos : {0, 1, 2}) {
        publisher->send(make_publish("a/b", std::to_string(qos), Qos(qos), qos == 0 ? 0 : 7));
        for (TestClient* subscriber : subscribers) {
          const auto got = subscriber->expect<mqtt::Publish>();
          EXPECT_EQ(got.qos, Qos(qos));
          EXPECT_EQ(text_of(got), std::to_string(qos));
          EXPECT_FALSE(subscriber->has_packets());
        }
      }
      publisher->send(make_ack(PacketType::kPubrel, PacketId(7)));
    }
  }
}

TEST(Threads, pass_on_everything_that_a_publish_carries) {
  FrontWorld world({.thread_count = 2});
  TestClient& subscriber = world.connect("s", ConnectSpec{}, 0);
  TestClient& publisher = world.connect("p", ConnectSpec{}, 1);
  subscribe(subscriber, "t", {.qos = Qos::kExactlyOnce, .retain_as_published = true});
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(mqtt::PropertyId::kPayloadFormatIndicator, 0);
  writer.text(mqtt::PropertyId::kResponseTopic, "r");
  for (int i = 0; i < 64; ++i) {
    writer.pair("", std::to_string(i));
  }
  const std::string payload(300'000, 'x');
  mqtt::Publish publish = make_publish("t", payload, Qos::kExactlyOnce, 1, true);
  publish.properties = mqtt::PropertiesView::from_checked(properties);
  publish.dup = true;
  publisher.send(publish);

  const auto got = subscriber.expect<mqtt::Publish>();
  EXPECT_EQ(got.properties, publish.properties);
  EXPECT_TRUE(got.retain);
  EXPECT_FALSE(got.dup);
  EXPECT_EQ(text_of(got), payload);
}

// P-1 in small: whoever has seen the SUBACK may publish on any thread.
TEST(Threads, answer_subscribe_when_every_publish_from_then_on_will_arrive) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto threads = static_cast<std::uint16_t>(2 + random() % 2);
    FrontWorld world({.thread_count = threads, .seed = seed});
    TestClient* subscriber = &world.connect("s", kept_v5(), random() % threads);
    std::vector<TestClient*> publishers;
    for (std::size_t i = 0; i < threads; ++i) {
      publishers.push_back(&world.connect("p" + std::to_string(i), ConnectSpec{}, i));
    }
    // The same filter several times, so that some are not new; sometimes on a new connection.
    for (std::uint16_t i = 1; i <= 3; ++i) {
      Bytes raw;
      subscriber->push(testkit::make_subscribe(raw, "t", {.qos = Qos::kAtLeastOnce}, i));
    }
    if (random() % 2 == 0) {
      for (std::uint64_t steps = random() % 6; steps > 0 && world.step(); --steps) {
      }
      subscriber->cut();
      subscriber = &world.open(random() % threads);
      subscriber->push_connect("s", kept_v5());
      Bytes raw;
      subscriber->push(testkit::make_subscribe(raw, "t", {.qos = Qos::kAtLeastOnce}, 9));
    }
    const auto has_suback = [&] {
      return std::any_of(subscriber->packets.begin(), subscriber->packets.end(),
                         [](const testkit::ReceivedPacket& received) {
                           return std::holds_alternative<mqtt::Suback>(received.packet);
                         });
    };
    while (!has_suback()) {
      ASSERT_TRUE(world.step());
    }
    for (TestClient* publisher : publishers) {
      publisher->push(make_publish("t", "x", Qos::kAtLeastOnce, 1));
    }
    world.settle();
    EXPECT_EQ(subscriber->take_publishes().size(), threads);
  }
}

TEST(Threads, keep_retained_messages_together) {
  for (const std::uint16_t threads : testkit::Numbers{2, 3}) {
    FrontWorld world({.thread_count = threads});
    for (int i = 0; i < 100; ++i) {
      TestClient& publisher =
          world.connect("p", ConnectSpec{}, static_cast<std::size_t>(i) % threads);
      const std::string topic = "t/" + std::to_string(i);
      publisher.send(make_publish(topic, "old", Qos::kAtMostOnce, 0, true));
      publisher.send(make_publish(topic, topic, Qos::kAtLeastOnce, 1, true));
    }
    EXPECT_EQ(world.metric("godwit_retained_messages"), 100);
    for (std::size_t thread = 0; thread < threads; ++thread) {
      TestClient& reader = world.connect("r", ConnectSpec{}, thread);
      for (int i = 0; i < 100; ++i) {
        const std::string topic = "t/" + std::to_string(i);
        subscribe(reader, topic, {.qos = Qos::kAtMostOnce});
        EXPECT_EQ(texts_of(reader.take_publishes()), std::vector<std::string>{topic});
        unsubscribe(reader, topic);
      }
      subscribe(reader, "t/+");
      EXPECT_EQ(reader.take_publishes().size(), 100U);
    }
    // Removed from any thread.
    TestClient& publisher = world.connect("p", ConnectSpec{}, threads - 1U);
    for (int i = 0; i < 100; ++i) {
      const std::string topic = "t/" + std::to_string(i);
      publisher.send(make_publish(topic, "", Qos::kAtMostOnce, 0, true));
    }
    EXPECT_EQ(world.metric("godwit_retained_messages"), 0);
    EXPECT_EQ(world.metric("godwit_retained_bytes"), 0);
  }
}

// The session stays where it is; sockets go to it, with what has been read of them already.
TEST(Threads, hand_a_connection_over_to_where_its_session_lives) {
  FrontWorld world({.thread_count = 3});
  TestClient& publisher = world.connect("publisher", ConnectSpec{}, 0);
  TestClient& first = world.connect("c", kept_v5(), 0);
  subscribe(first, "t", {.qos = Qos::kExactlyOnce});
  publisher.send(make_publish("t", "in flight", Qos::kExactlyOnce, 1));
  const auto in_flight = first.expect<mqtt::Publish>();

  TestClient& second = world.open(1);  // Takes over.
  second.push_connect("c", kept_v5());
  second.push(mqtt::Pingreq{});
  world.settle();
  EXPECT_EQ(first.expect<mqtt::Disconnect>().reason_code, ReasonCode::kSessionTakenOver);
  EXPECT_EQ(second.thread(), 0U);
  EXPECT_TRUE(second.expect<mqtt::Connack>().session_present);
  const auto again = second.expect<mqtt::Publish>();
  EXPECT_TRUE(again.dup);
  EXPECT_EQ(again.packet_id, in_flight.packet_id);
  (void)second.expect<mqtt::Pingresp>();

  second.drop();
  publisher.send(make_publish("t", "queued", Qos::kAtLeastOnce, 2));
  TestClient& third = world.open(2);  // Resumes.
  third.push_connect("c", kept_v5());
  third.push(make_publish("t", "own", Qos::kExactlyOnce, 1));
  world.settle();
  EXPECT_TRUE(third.expect<mqtt::Connack>().session_present);
  EXPECT_EQ(texts_of(third.take_publishes()),
            (std::vector<std::string>{"in flight", "queued", "own"}));
  EXPECT_EQ(world.metric("godwit_connections"), 2);
}

TEST(Threads, do_not_hand_over_the_session_of_somebody_else) {
  FrontWorld world({.thread_count = 2});
  ConnectSpec alice = kept_v5();
  alice.user_name = "alice";
  TestClient& owner = world.connect("c", alice, 0);
  ConnectSpec mallory = kept_v5();
  mallory.user_name = "mallory";
  TestClient& intruder = world.open(1);
  intruder.push_connect("c", mallory);
  intruder.push(make_publish("t", "forged", Qos::kAtMostOnce, 0, true));
  world.settle();
  EXPECT_EQ(intruder.expect<mqtt::Connack>().reason_code, ReasonCode::kClientIdentifierNotValid);
  EXPECT_TRUE(intruder.closed);
  EXPECT_TRUE(owner.open());
  EXPECT_EQ(world.metric("godwit_retained_messages"), 0);
  EXPECT_EQ(world.metric("godwit_connections"), 1);
}

// No thread keeps an id for a client that has gone: a newcomer's session is made where it came in.
TEST(Threads, forget_who_owned_an_id_once_nobody_does) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    FrontWorld world({.thread_count = 3, .seed = seed});
    for (int i = 0; i < 8; ++i) {
      TestClient& client = world.open(random() % 3);
      client.push_connect("c" + std::to_string(random() % 2),
                          random() % 2 == 0 ? kept_v5(1) : ConnectSpec{});
      for (std::uint64_t steps = random() % 10; steps > 0 && world.step(); --steps) {
      }
      if (random() % 2 == 0) {
        client.cut();
      }  // Maybe in the middle of the questions who owns the id.
    }
    world.settle();
    for (const char* id : {"c0", "c1"}) {
      TestClient& last = world.connect(id, ConnectSpec{});
      last.send(mqtt::Disconnect{});
    }
    world.advance(std::chrono::seconds(2));
    testkit::expect_gauges_at_zero(world);
    for (const char* id : {"c0", "c1"}) {
      for (std::size_t thread = 0; thread < 3; ++thread) {
        TestClient& client = world.connect(id, ConnectSpec{}, thread);
        EXPECT_EQ(client.thread(), thread);
        client.drop();
      }
    }
  }
}

// Routes end with the last subscription of a thread: after that nothing is sent there.
TEST(Threads, are_not_sent_what_nobody_there_wants) {
  FrontWorld world({.thread_count = 3});
  TestClient& publisher = world.connect("p", ConnectSpec{}, 0);
  TestClient& one = world.connect("one", ConnectSpec{}, 1);
  TestClient& two = world.connect("two", kept_v5(5), 1);
  const auto batches = [&] {
    const std::size_t before = world.mail_batches();
    publisher.send(make_publish("a/b", "x"));
    return world.mail_batches() - before;
  };
  EXPECT_EQ(batches(), 0U);
  subscribe(one, "a/+");
  subscribe(two, "a/+");
  subscribe(two, "#");
  EXPECT_EQ(batches(), 1U);
  unsubscribe(one, "a/+");
  EXPECT_EQ(batches(), 1U);
  two.drop();
  EXPECT_EQ(batches(), 1U);
  world.advance(std::chrono::seconds(6));
  EXPECT_EQ(batches(), 0U);
}

// MQTT-3.8.3-3: also for a connection that came in on another thread.
TEST(Threads, keep_no_local) {
  FrontWorld world({.thread_count = 2});
  world.connect("c", kept_v5(), 0).drop();
  TestClient& client = world.connect("c", kept_v5(), 1);
  TestClient& other = world.connect("other", ConnectSpec{}, 1);
  subscribe(client, "t", {.no_local = true});
  client.send(make_publish("t", "own"));
  EXPECT_FALSE(client.has_packets());
  other.send(make_publish("t", "other"));
  EXPECT_EQ(texts_of(client.take_publishes()), std::vector<std::string>{"other"});
}

// MQTT-4.6.0-5, MQTT-4.6.0-6: in any order of turns.
TEST(Threads, keep_the_order_of_each_publisher) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FrontWorld world({.thread_count = 3, .seed = seed});
    TestClient& subscriber = world.connect("s", ConnectSpec{}, 0);
    subscribe(subscriber, "#", {.qos = Qos::kAtLeastOnce});
    std::vector<TestClient*> publishers;
    for (std::size_t i = 0; i < 3; ++i) {
      publishers.push_back(&world.connect("p" + std::to_string(i), ConnectSpec{}, i));
    }
    for (int i = 0; i < 30; ++i) {
      for (std::size_t p = 0; p < 3; ++p) {
        publishers[p]->push(make_publish(std::to_string(p) + "/" + std::to_string(i % 4),
                                         std::to_string(i), Qos::kAtLeastOnce, 1));
      }
      world.step();
    }
    world.settle();
    std::map<char, int> next;
    for (const auto& publish : subscriber.take_publishes()) {
      EXPECT_EQ(std::stoi(text_of(publish)), next[publish.topic.text()[0]]++);
    }
    EXPECT_EQ(next, (std::map<char, int>{{'0', 30}, {'1', 30}, {'2', 30}}));
  }
}

}  // namespace
}  // namespace godwit
