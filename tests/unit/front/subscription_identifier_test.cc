// Subscription Identifiers: MQTT 5.0, 3.8.2.1.2 and 3.3.4.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PropertyId;
using mqtt::Qos;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;

using Identifiers = std::vector<std::uint32_t>;

// In rising order: the standard leaves the order open.
Identifiers identifiers_of(const mqtt::Publish& publish) {
  Identifiers found;
  mqtt::Property property;
  for (mqtt::PropertiesView::Walk walk = publish.properties.walk(); walk.next(property);) {
    if (property.id == PropertyId::kSubscriptionIdentifier) {
      found.push_back(property.number);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void subscribe(TestClient& client, std::string_view filter, std::uint32_t identifier,
               mqtt::SubscriptionOptions options = {}) {
  Bytes properties;
  if (identifier != 0) {
    mqtt::PropertiesWriter(properties).number(PropertyId::kSubscriptionIdentifier, identifier);
  }
  Bytes raw;
  mqtt::Subscribe packet = testkit::make_subscribe(raw, filter, options);
  packet.properties = mqtt::PropertiesView::from_checked(properties);
  client.send(packet);
  EXPECT_LE(std::to_integer<int>(client.find<mqtt::Suback>().reason_codes[0]), 2);
}

// MQTT-3.3.4-3.
TEST(SubscriptionIdentifier, comes_with_each_message_of_its_subscription) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  TestClient& plain = world.connect("plain", ConnectSpec{});
  subscribe(client, "t", 268'435'455);
  subscribe(plain, "t", 0);
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("t", "x"));
  EXPECT_EQ(identifiers_of(client.expect<mqtt::Publish>()), (Identifiers{268'435'455}));
  EXPECT_EQ(identifiers_of(plain.expect<mqtt::Publish>()), Identifiers{});
}

// MQTT-3.3.4-4, -5, E-060: one copy carries those of all subscriptions that match, and no others.
TEST(SubscriptionIdentifier, of_each_overlapping_subscription_comes_with_the_one_copy) {
  FrontWorld world;
  TestClient& first = world.connect("first", ConnectSpec{});
  TestClient& second = world.connect("second", ConnectSpec{});
  subscribe(first, "a/b", 1);
  subscribe(first, "a/+", 2);
  subscribe(first, "#", 0);
  subscribe(first, "+/b", 2);
  subscribe(first, "other", 3);
  subscribe(second, "#", 9);
  subscribe(second, "a/#", 8);
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("a/b", "x"));
  EXPECT_EQ(identifiers_of(first.expect<mqtt::Publish>()), (Identifiers{1, 2, 2}));
  EXPECT_FALSE(first.has_packets());
  EXPECT_EQ(identifiers_of(second.expect<mqtt::Publish>()), (Identifiers{8, 9}));
  EXPECT_FALSE(second.has_packets());
}

// E-061, MQTT-3.8.4-3: the new subscription's identifier replaces the old one, also by none.
TEST(SubscriptionIdentifier, is_replaced_with_its_subscription) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  TestClient& publisher = world.connect("p");
  for (const std::uint32_t identifier : {1U, 2U, 0U, 3U}) {
    subscribe(client, "t", identifier);
    publisher.send(make_publish("t", "x"));
    EXPECT_EQ(identifiers_of(client.expect<mqtt::Publish>()),
              identifier == 0 ? Identifiers{} : Identifiers{identifier});
  }
  testkit::unsubscribe(client, "t");
  subscribe(client, "t", 0);
  publisher.send(make_publish("t", "x"));
  EXPECT_EQ(identifiers_of(client.expect<mqtt::Publish>()), Identifiers{});
}

// Subscriptions change their places in the session's list when one of them goes.
TEST(SubscriptionIdentifier, stays_with_its_filter_while_others_come_and_go) {
  FrontWorld world;
  TestClient& client = world.connect("c", kept_v5());
  TestClient& publisher = world.connect("p");
  const auto identifiers_for = [&](std::string_view topic) {
    publisher.send(make_publish(topic, "x"));
    return identifiers_of(client.expect<mqtt::Publish>());
  };
  subscribe(client, "a", 0);
  subscribe(client, "b", 2);
  subscribe(client, "c", 0);
  subscribe(client, "d", 4);
  testkit::unsubscribe(client, "b");
  testkit::unsubscribe(client, "a");
  EXPECT_EQ(identifiers_for("c"), Identifiers{});
  EXPECT_EQ(identifiers_for("d"), Identifiers{4});
  subscribe(client, "e", 5);
  subscribe(client, "d", 6);
  // The rules are read again: options may change, places not.
  world.set_policy(*access::Policy::allow_all());
  EXPECT_EQ(identifiers_for("c"), Identifiers{});
  EXPECT_EQ(identifiers_for("d"), Identifiers{6});
  EXPECT_EQ(identifiers_for("e"), Identifiers{5});
  for (const char* filter : {"c", "e", "d"}) {
    testkit::unsubscribe(client, filter);
  }
  publisher.send(make_publish("d", "x"));
  EXPECT_FALSE(client.has_packets());
  EXPECT_EQ(world.metric("godwit_subscriptions"), 0);
  subscribe(client, "d", 0);
  EXPECT_EQ(identifiers_for("d"), Identifiers{});
}

// E-062.
TEST(SubscriptionIdentifier, belongs_to_all_filters_of_its_packet) {
  FrontWorld world;
  TestClient& client = world.connect("c", ConnectSpec{});
  Bytes properties;
  mqtt::PropertiesWriter(properties).number(PropertyId::kSubscriptionIdentifier, 4);
  Bytes raw;
  mqtt::append_filter_request("a", {}, raw);
  mqtt::Subscribe packet = testkit::make_subscribe(raw, "b");
  packet.properties = mqtt::PropertiesView::from_checked(properties);
  client.send(packet);
  (void)client.expect<mqtt::Suback>();
  TestClient& publisher = world.connect("p");
  for (const char* topic : {"a", "b"}) {
    publisher.send(make_publish(topic, "x"));
    EXPECT_EQ(identifiers_of(client.expect<mqtt::Publish>()), Identifiers{4});
  }
}

// E-036.
TEST(SubscriptionIdentifier, comes_with_retained_messages_of_every_thread) {
  FrontWorld world({.thread_count = 3});
  TestClient& publisher = world.connect("p");
  for (int i = 0; i < 20; ++i) {
    publisher.send(make_publish("t/" + std::to_string(i), "x", Qos::kAtMostOnce, 0, true));
  }
  TestClient& client = world.connect("c", ConnectSpec{});
  subscribe(client, "t/+", 5);
  const auto publishes = client.take_publishes();
  EXPECT_EQ(publishes.size(), 20U);
  for (const mqtt::Publish& publish : publishes) {
    EXPECT_TRUE(publish.retain);
    EXPECT_EQ(identifiers_of(publish), Identifiers{5});
  }
}

// What the session had subscribed to when the message came, whether it is sent at once, later or
// again.
TEST(SubscriptionIdentifier, stays_with_messages_that_wait_or_are_repeated) {
  FrontWorld world;
  ConnectSpec spec = kept_v5();
  spec.receive_maximum = 1;
  TestClient& first = world.connect("c", spec);
  subscribe(first, "t", 7, {.qos = Qos::kAtLeastOnce});
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("t", "in flight", Qos::kAtLeastOnce, 1));
  publisher.send(make_publish("t", "queued", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(identifiers_of(first.expect<mqtt::Publish>()), Identifiers{7});
  subscribe(first, "t", 8, {.qos = Qos::kAtLeastOnce});
  first.drop();
  publisher.send(make_publish("t", "while away", Qos::kAtLeastOnce, 3));

  TestClient& second = world.open();
  spec.receive_maximum = 10;
  second.send_connect("c", spec);
  const auto publishes = second.take_publishes();
  ASSERT_EQ(publishes.size(), 3U);
  EXPECT_EQ(identifiers_of(publishes[0]), Identifiers{7});
  EXPECT_TRUE(publishes[0].dup);
  EXPECT_EQ(identifiers_of(publishes[1]), Identifiers{7});
  EXPECT_EQ(identifiers_of(publishes[2]), Identifiers{8});
}

// E-010: a session goes on under another version.
TEST(SubscriptionIdentifier, is_left_out_for_a_3_1_1_client) {
  FrontWorld world;
  TestClient& v5 = world.connect("c", kept_v5(UINT32_MAX));
  subscribe(v5, "t", 7, {.qos = Qos::kAtLeastOnce});
  v5.drop();
  TestClient& publisher = world.connect("p");
  publisher.send(make_publish("t", "x", Qos::kAtLeastOnce, 1));
  TestClient& v311 = world.open();
  v311.send_connect("c", testkit::kept_v311());
  ASSERT_EQ(v311.take_publishes().size(), 1U);
  publisher.send(make_publish("t", "y", Qos::kAtLeastOnce, 2));
  EXPECT_EQ(v311.take_publishes().size(), 1U);
  v311.drop();
  TestClient& again = world.connect("c", ConnectSpec{.clean_start = false});
  publisher.send(make_publish("t", "z"));
  const auto publishes = again.take_publishes();
  ASSERT_FALSE(publishes.empty());
  EXPECT_EQ(identifiers_of(publishes.back()), Identifiers{7});
}

// MQTT-3.1.2-24: they count.
TEST(SubscriptionIdentifier, counts_against_the_maximum_packet_size) {
  FrontWorld world;
  ConnectSpec spec;
  spec.maximum_packet_size = 100;
  TestClient& client = world.connect("c", spec);
  subscribe(client, "t", 300);
  TestClient& publisher = world.connect("p");
  // 2 header, 2 + 1 topic, 1 property length, 3 identifier: 91 bytes of payload make 100.
  publisher.send(make_publish("t", std::string(91, 'x')));
  EXPECT_EQ(client.take_publishes().size(), 1U);
  publisher.send(make_publish("t", std::string(92, 'x')));
  EXPECT_FALSE(client.has_packets());
  EXPECT_EQ(world.metric("godwit_messages_dropped_total", "too_large"), 1);
}

// Long payloads are shared between receivers; each has its own head.
TEST(SubscriptionIdentifier, goes_with_long_payloads_too) {
  FrontWorld world;
  const std::string payload(100'000, 'x');
  std::vector<TestClient*> clients;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    clients.push_back(&world.connect("c" + std::to_string(i), ConnectSpec{}));
    subscribe(*clients.back(), "t", i);
  }
  world.connect("p").send(make_publish("t", payload));
  for (std::uint32_t i = 1; i <= 3; ++i) {
    const auto publish = clients[i - 1]->expect<mqtt::Publish>();
    EXPECT_EQ(identifiers_of(publish), Identifiers{i});
    EXPECT_EQ(testkit::text_of(publish), payload);
  }
}

}  // namespace
}  // namespace godwit
