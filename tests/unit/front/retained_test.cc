// Retained messages: what is kept, and what a subscriber gets of it.

#include <gtest/gtest.h>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::Qos;
using mqtt::RetainHandling;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;
using testkit::WorldOptions;

void retain(TestClient& publisher, std::string_view topic, std::string_view payload,
            Qos qos = Qos::kAtMostOnce) {
  publisher.send(make_publish(topic, payload, qos, qos == Qos::kAtMostOnce ? 0 : 1, true));
}

// What somebody who subscribes now gets.
std::vector<std::string> kept(FrontWorld& world, std::string_view filter) {
  TestClient& reader = world.connect("reader");
  subscribe(reader, filter);
  auto texts = texts_of(reader.take_publishes());
  reader.send(mqtt::Disconnect{});
  std::sort(texts.begin(), texts.end());
  return texts;
}

using Texts = std::vector<std::string>;

// MQTT-3.3.1-5, MQTT-3.3.1-8, MQTT311-3.3.1-7, MQTT311-3.3.1-12.
TEST(Retained, is_the_last_message_with_the_flag) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  retain(publisher, "t", "1", Qos::kExactlyOnce);
  retain(publisher, "t", "2");
  EXPECT_EQ(kept(world, "t"), Texts{"2"});
  publisher.send(make_publish("t", "plain"));
  EXPECT_EQ(kept(world, "t"), Texts{"2"});
  EXPECT_EQ(world.metric("godwit_retained_messages"), 1);
}

// MQTT-3.3.1-6, MQTT-3.3.1-7, MQTT311-3.3.1-10, -11.
TEST(Retained, is_removed_by_an_empty_payload_which_is_delivered_like_any_other) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient& live = world.connect("live");
  subscribe(live, "t");
  retain(publisher, "t", "");
  EXPECT_EQ(live.expect<mqtt::Publish>().payload.size(), 0U);
  retain(publisher, "t", "x");
  retain(publisher, "t", "");
  EXPECT_EQ(texts_of(live.take_publishes()), (Texts{"x", ""}));
  EXPECT_EQ(kept(world, "#"), Texts{});
  EXPECT_EQ(world.metric("godwit_retained_bytes"), 0);
}

// MQTT-3.3.1-9, MQTT311-3.3.1-6, MQTT311-3.8.4-3: all that match, at every SUBSCRIBE.
TEST(Retained, comes_with_every_subscribe_if_handling_is_0) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  for (int i = 0; i < 100; ++i) {
    retain(publisher, "a/" + std::to_string(i), "x");
  }
  retain(publisher, "b", "x");
  TestClient& reader = world.connect("reader");
  for (int i = 0; i < 2; ++i) {
    subscribe(reader, "a/+");
    EXPECT_EQ(reader.take_publishes().size(), 100U);
  }
}

// MQTT-3.3.1-10, MQTT-3.3.1-11.
TEST(Retained, comes_by_the_retain_handling_asked_for) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  retain(publisher, "t", "x");
  TestClient& reader = world.connect("reader", testkit::kept_v5());
  const mqtt::SubscriptionOptions if_new{.retain_handling = RetainHandling::kSendIfNew};
  subscribe(reader, "t", if_new);
  EXPECT_EQ(reader.take_publishes().size(), 1U);
  subscribe(reader, "t", if_new);
  EXPECT_EQ(reader.take_publishes().size(), 0U);
  unsubscribe(reader, "t");
  subscribe(reader, "t", if_new);
  EXPECT_EQ(reader.take_publishes().size(), 1U);
  reader.drop();
  TestClient& again = world.connect("reader", testkit::kept_v5());
  subscribe(again, "t", if_new);
  EXPECT_EQ(again.take_publishes().size(), 0U);
  subscribe(again, "+", {.retain_handling = RetainHandling::kDoNotSend});
  EXPECT_EQ(again.take_publishes().size(), 0U);
}

// MQTT-3.8.4-4, -5: each of them asks. E-037: to the second one the subscription is not new.
TEST(Retained, for_a_filter_that_is_twice_in_one_packet) {
  using Row = std::pair<RetainHandling, std::size_t>;
  for (const auto& [handling, count] :
       {Row{RetainHandling::kSend, 2}, Row{RetainHandling::kSendIfNew, 1}}) {
    FrontWorld world;
    TestClient& publisher = world.connect("publisher");
    retain(publisher, "t", "x");
    TestClient& reader = world.connect("reader", ConnectSpec{});
    Bytes raw;
    mqtt::append_filter_request("t", {.retain_handling = handling}, raw);
    reader.send(testkit::make_subscribe(raw, "t", {.retain_handling = handling}));
    EXPECT_EQ(reader.take_publishes().size(), count);
  }
}

// MQTT-3.3.1-12, MQTT-3.3.1-13, MQTT311-3.3.1-9, E-042.
TEST(Retained, flag_is_kept_on_live_messages_only_where_asked_for) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher");
  TestClient& plain = world.connect("plain", ConnectSpec{});
  TestClient& keeps = world.connect("keeps", ConnectSpec{});
  TestClient& both = world.connect("both", ConnectSpec{});
  subscribe(plain, "t");
  subscribe(keeps, "t", {.retain_as_published = true});
  subscribe(both, "t");
  subscribe(both, "#", {.retain_as_published = true});
  for (const bool flag : {true, false}) {
    publisher.send(make_publish("t", "x", Qos::kAtMostOnce, 0, flag));
    EXPECT_FALSE(plain.expect<mqtt::Publish>().retain);
    EXPECT_EQ(keeps.expect<mqtt::Publish>().retain, flag);
    EXPECT_EQ(both.expect<mqtt::Publish>().retain, flag);
  }
}

// E-036: RETAIN 1 whatever the options, the lower QoS, and the stored properties.
TEST(Retained, comes_with_the_flag_the_lower_qos_and_its_properties) {
  for (const int stored : {0, 1, 2}) {
    for (const int granted : {0, 1, 2}) {
      FrontWorld world;
      TestClient& publisher = world.connect("publisher", ConnectSpec{});
      Bytes properties;
      mqtt::PropertiesWriter(properties).pair("name", "value");
      mqtt::Publish publish = make_publish("t", "x", Qos(stored), stored == 0 ? 0 : 1, true);
      publish.properties = mqtt::PropertiesView::from_checked(properties);
      publisher.send(publish);
      TestClient& reader = world.connect("reader", ConnectSpec{});
      subscribe(reader, "t", {.qos = Qos(granted)});
      const auto got = reader.expect<mqtt::Publish>();
      EXPECT_TRUE(got.retain);
      EXPECT_FALSE(got.dup);
      EXPECT_EQ(got.qos, Qos(std::min(stored, granted)));
      EXPECT_EQ(got.properties, publish.properties);
    }
  }
}

// E-039, MQTT-3.3.2-6.
TEST(Retained, expires) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    TestClient& publisher = world.connect("publisher", ConnectSpec{});
    for (int i = 0; i < 10; ++i) {
      const std::string topic = "t/" + std::to_string(i);
      mqtt::Publish publish = make_publish(topic, "x", Qos::kAtMostOnce, 0, true);
      publish.message_expiry_interval = 10;
      publisher.send(publish);
    }
    world.advance(std::chrono::seconds(4));
    TestClient& reader = world.connect("early");
    subscribe(reader, "t/#");
    TestClient& young = world.connect("young", ConnectSpec{});
    subscribe(young, "t/0");
    EXPECT_EQ(reader.take_publishes().size(), 10U);
    EXPECT_EQ(young.expect<mqtt::Publish>().message_expiry_interval, 6U);
    world.advance(std::chrono::seconds(7));
    EXPECT_EQ(kept(world, "t/#"), Texts{});
    EXPECT_EQ(world.metric("godwit_retained_messages"), 0);
    EXPECT_EQ(world.metric("godwit_retained_bytes"), 0);
  }
}

// E-076.
TEST(Retained, with_a_lifetime_of_0_is_not_kept_but_displaces_what_was) {
  FrontWorld world;
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  TestClient& live = world.connect("live");
  subscribe(live, "t");
  retain(publisher, "t", "old");
  mqtt::Publish publish = make_publish("t", "new", Qos::kAtMostOnce, 0, true);
  publish.message_expiry_interval = 0;
  publisher.send(publish);
  EXPECT_EQ(texts_of(live.take_publishes()), (Texts{"old", "new"}));
  EXPECT_EQ(kept(world, "t"), Texts{});
}

// E-042: the strict reading of No Local would withhold it.
TEST(Retained, of_its_own_comes_to_a_subscriber_with_no_local) {
  FrontWorld world;
  TestClient& self = world.connect("self", ConnectSpec{});
  retain(self, "t", "x");
  subscribe(self, "t", {.no_local = true});
  EXPECT_EQ(text_of(self.expect<mqtt::Publish>()), "x");
}

TEST(Retained, stays_within_the_limits_of_the_store) {
  WorldOptions options;
  options.retained.messages_max = 2;
  FrontWorld world(options);
  TestClient& publisher = world.connect("publisher");
  for (const char* topic : {"a", "b", "c"}) {
    retain(publisher, topic, topic);
  }
  EXPECT_EQ(kept(world, "#"), (Texts{"a", "b"}));
  EXPECT_EQ(world.metric("godwit_retained_refused_total"), 1);
  retain(publisher, "a", "again");
  retain(publisher, "b", "");
  retain(publisher, "c", "c");
  EXPECT_EQ(kept(world, "#"), (Texts{"again", "c"}));
}

// Expired messages that nobody reads do not fill the store for ever.
TEST(Retained, that_has_expired_makes_room_though_nobody_reads_it) {
  WorldOptions options;
  options.retained.messages_max = 100;
  FrontWorld world(options);
  TestClient& publisher = world.connect("publisher", ConnectSpec{});
  for (int i = 0; i < 100; ++i) {
    const std::string topic = std::to_string(i);
    mqtt::Publish publish = make_publish(topic, "x", Qos::kAtMostOnce, 0, true);
    publish.message_expiry_interval = 1;
    publisher.send(publish);
  }
  world.advance(std::chrono::seconds(2));
  for (int i = 0; i < 100; ++i) {
    retain(publisher, "new/" + std::to_string(i), "x");
  }
  EXPECT_EQ(world.metric("godwit_retained_messages"), 100);
  EXPECT_EQ(kept(world, "new/#").size(), 100U);
}

// MQTT-3.3.2-6: the whole time of waiting counts, not each wait in whole seconds by itself.
TEST(Retained, keeps_its_deadline_through_every_wait) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    FrontWorld world({.thread_count = threads});
    TestClient& publisher = world.connect("publisher", testkit::ConnectSpec{});
    for (const char* topic : {"a/1", "a/2", "a/3", "a/4"}) {  // At home on different threads.
      mqtt::Publish publish = testkit::make_publish(topic, "x", Qos::kAtLeastOnce, 1, true);
      publish.message_expiry_interval = 5;
      publisher.send(publish);
    }
    world.advance(std::chrono::milliseconds(1'600));
    TestClient& reader = world.connect("reader", testkit::kept_v5());
    subscribe(reader, "a/+", {.qos = Qos::kAtLeastOnce});
    for (const mqtt::Publish& publish : reader.take_publishes()) {
      EXPECT_EQ(publish.message_expiry_interval, 4U);
    }
    reader.drop();
    world.advance(std::chrono::milliseconds(600));
    const auto repeats = world.connect("reader", testkit::kept_v5()).take_publishes();
    EXPECT_EQ(repeats.size(), 4U);
    for (const mqtt::Publish& publish : repeats) {
      EXPECT_EQ(publish.message_expiry_interval, 3U);
    }
  }
}

}  // namespace
}  // namespace godwit
