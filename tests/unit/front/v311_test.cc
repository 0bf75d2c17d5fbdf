// Statements of 3.1.1 whose counterparts in 5.0 have their tests elsewhere, and what 3.1 shares
// with both.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit {
namespace {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::kept_v311;
using testkit::make_publish;
using testkit::subscribe;
using testkit::TestClient;
using testkit::text_of;

constexpr Qos kEveryQos[] = {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce};

std::uint16_t id_for(Qos qos, std::uint16_t id) {
  return qos == Qos::kAtMostOnce ? std::uint16_t{0} : id;
}

// MQTT311-1.5.3-3.
TEST(V311, keeps_a_byte_order_mark) {
  FrontWorld world;
  const std::string with_mark = "\xEF\xBB\xBFt";
  TestClient& marked = world.connect("marked");
  TestClient& plain = world.connect("plain");
  subscribe(marked, with_mark);
  subscribe(plain, "t");
  world.connect("p").send(make_publish(with_mark, "x"));
  EXPECT_EQ(marked.expect<mqtt::Publish>().topic.text(), with_mark);
  EXPECT_FALSE(plain.has_packets());
}

// MQTT311-3.1.2-16, MQTT311-3.1.2-17.
TEST(V311, publishes_a_will_with_or_without_retain_as_it_says) {
  for (const bool retain : {false, true}) {
    FrontWorld world;
    ConnectSpec spec = kept_v311();
    spec.will = testkit::WillSpec{.retain = retain};
    world.connect("owner", spec).drop();
    TestClient& late = world.connect("late");
    subscribe(late, "will");
    EXPECT_EQ(late.take_publishes().size(), retain ? 1U : 0U);
  }
}

// MQTT311-3.1.3-5.
TEST(V311, takes_client_ids_of_letters_and_digits) {
  FrontWorld world;
  const std::string all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (std::size_t at = 0; at < all.size(); ++at) {
    EXPECT_TRUE(world.connect(all.substr(at, 1)).open());
    EXPECT_TRUE(world.connect(all.substr(at, 23)).open());
  }
}

// MQTT311-3.1.4-5.
TEST(V311, looks_at_nothing_behind_a_connect_that_it_refuses) {
  FrontWorld world;
  TestClient& watcher = world.connect("watcher");
  subscribe(watcher, "#");
  world.authenticate = [](const access::Credentials&) {
    return access::AuthenticationResult{.verdict = access::AuthenticationVerdict::kNotAuthorized,
                                        .principal = {}};
  };
  TestClient& client = world.open();
  client.push_connect("c", kept_v311());
  client.push(make_publish("t", "x"));
  Bytes raw;
  client.send(testkit::make_subscribe(raw, "t"));
  EXPECT_EQ(client.take_bytes(), testkit::bytes({0x20, 2, 0, 5}));
  EXPECT_TRUE(client.closed);
  EXPECT_FALSE(watcher.has_packets());
  EXPECT_EQ(world.metric("godwit_subscriptions"), 1);
}

// MQTT311-3.3.1-3.
TEST(V311, does_not_pass_on_dup) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    FrontWorld world;
    TestClient& subscriber = world.connect("s");
    subscribe(subscriber, "t", {.qos = Qos::kExactlyOnce});
    mqtt::Publish publish = make_publish("t", "x", qos, 1);
    publish.dup = true;
    world.connect("p").send(publish);
    EXPECT_FALSE(subscriber.expect<mqtt::Publish>().dup);
  }
}

// MQTT311-3.3.1-5, MQTT311-3.3.1-8.
TEST(V311, keeps_a_retained_message_with_its_qos_and_says_that_it_is_one) {
  for (const Qos qos : kEveryQos) {
    FrontWorld world;
    TestClient& publisher = world.connect("p");
    publisher.send(make_publish("t", "x", qos, id_for(qos, 1), true));
    TestClient& late = world.connect("late");
    subscribe(late, "t", {.qos = Qos::kExactlyOnce});
    const auto received = late.expect<mqtt::Publish>();
    EXPECT_TRUE(received.retain);
    EXPECT_EQ(received.qos, qos);
    EXPECT_EQ(text_of(received), "x");
  }
}

// MQTT311-3.10.4-3, -5: what was sent before is finished; UNSUBACK comes also for nothing.
TEST(V311, unsubscribes_without_breaking_off_and_answers_in_any_case) {
  FrontWorld world;
  TestClient& client = world.connect("c", kept_v311());
  subscribe(client, "t", {.qos = Qos::kExactlyOnce});
  world.connect("p").send(make_publish("t", "x", Qos::kExactlyOnce, 1));
  testkit::unsubscribe(client, "t");
  const PacketId id = client.expect<mqtt::Publish>().packet_id;
  client.send(testkit::make_ack(PacketType::kPubrec, id));
  EXPECT_EQ(client.expect<mqtt::PublishAck>().type, PacketType::kPubrel);
  Bytes raw;
  client.send(testkit::make_unsubscribe(raw, "nothing", 77));
  EXPECT_EQ(client.expect<mqtt::Unsuback>().packet_id, PacketId(77));
}

// MQTT311-4.6.0-2, -3, MQTT-4.6.0-2, -3: in the order of the PUBLISH packets.
TEST(V311, answers_publishes_in_their_order) {
  for (const auto version :
       {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
      FrontWorld world;
      ConnectSpec spec;
      spec.version = version;
      TestClient& publisher = world.connect("p", spec);
      const std::vector<std::uint16_t> ids{9, 3, 65'535, 1, 4};
      for (const std::uint16_t id : ids) {
        publisher.push(make_publish("t", "x", qos, id));
      }
      world.settle();
      for (const std::uint16_t id : ids) {
        const auto ack = publisher.expect<mqtt::PublishAck>();
        EXPECT_EQ(ack.packet_id, PacketId(id));
        EXPECT_EQ(ack.type, qos == Qos::kAtLeastOnce ? PacketType::kPuback : PacketType::kPubrec);
      }
    }
  }
}

// E-101: 3.1 where it says nothing of its own.
TEST(V311, is_the_rule_for_3_1_too) {
  FrontWorld world;
  ConnectSpec spec;
  spec.version = ProtocolVersion::k3_1;
  TestClient& client = world.connect("c", spec);
  TestClient& publisher = world.connect("p", spec);
  publisher.send(make_publish("a/b", "kept", Qos::kAtLeastOnce, 1, true));
  for (int time = 0; time < 2; ++time) {  // Retained ones come with each SUBSCRIBE.
    EXPECT_EQ(subscribe(client, "+/b", {.qos = Qos::kExactlyOnce}), ReasonCode::kGrantedQos2);
    EXPECT_EQ(text_of(client.expect<mqtt::Publish>()), "kept");
  }
  subscribe(client, "#");
  client.take_publishes();
  world.publish_internal("$SYS/x", "1");
  EXPECT_FALSE(client.has_packets());
  publisher.send_raw({0x30, 5, 0, 3, 0xED, 0xA0, 0x80});
  EXPECT_TRUE(publisher.closed);
}

}  // namespace
}  // namespace godwit
