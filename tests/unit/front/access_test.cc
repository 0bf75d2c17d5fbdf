// Rules: asked at publish, subscribe, live delivery, retained, resume and will.

#include <gtest/gtest.h>

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
using testkit::kept_v5;
using testkit::make_publish;
using testkit::TestClient;
using testkit::text_of;
using testkit::texts_of;
using testkit::WorldOptions;

WorldOptions with_rules(std::string_view rules) {
  WorldOptions options;
  auto policy = access::Policy::parse(rules, "rules");
  EXPECT_TRUE(policy.has_value());
  options.policy = *policy;
  return options;
}

// Everybody may do everything but for what lies under secret/, which is alice's.
WorldOptions secret_world() {
  return with_rules(
      "allow user alice any #\n"
      "deny everyone any secret/#\n"
      "allow everyone any #\n");
}

ConnectSpec as_user(std::string_view user, ConnectSpec spec = {}) {
  spec.user_name = std::string(user);
  return spec;
}

TEST(Access, is_denied_where_no_rule_speaks) {
  FrontWorld world(with_rules("allow everyone publish in/#\n"));
  TestClient& client = world.connect("c", ConnectSpec{});
  EXPECT_EQ(subscribe(client, "in/#"), ReasonCode::kNotAuthorized);
  client.send(make_publish("in/x", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(client.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  client.send(make_publish("out/x", "x", Qos::kAtLeastOnce, 1));
  EXPECT_EQ(client.expect<mqtt::PublishAck>().reason_code, ReasonCode::kNotAuthorized);
}

// MQTT311-3.3.5-2: 3.x is acknowledged as if it had been taken; nobody receives it.
TEST(Access, refuses_a_publish_in_the_words_of_the_version) {
  for (const auto version :
       {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1, ProtocolVersion::k5_0}) {
    FrontWorld world(secret_world());
    TestClient& alice = world.connect("alice", as_user("alice"));
    subscribe(alice, "#", {.qos = Qos::kExactlyOnce});
    ConnectSpec spec;
    spec.version = version;
    TestClient& bob = world.connect("bob", spec);
    const ReasonCode expected =
        mqtt::is_v5(version) ? ReasonCode::kNotAuthorized : ReasonCode::kSuccess;
    bob.send(make_publish("secret/x", "x", Qos::kAtMostOnce, 0, true));
    EXPECT_FALSE(bob.has_packets());
    bob.send(make_publish("secret/x", "x", Qos::kAtLeastOnce, 1, true));
    EXPECT_EQ(bob.expect<mqtt::PublishAck>().reason_code, expected);
    bob.send(make_publish("secret/x", "x", Qos::kExactlyOnce, 2, true));
    const auto pubrec = bob.expect<mqtt::PublishAck>();
    EXPECT_EQ(pubrec.type, PacketType::kPubrec);
    EXPECT_EQ(pubrec.reason_code, expected);

    EXPECT_FALSE(alice.has_packets());
    EXPECT_EQ(world.metric("godwit_retained_messages"), 0);  // E-041
    EXPECT_EQ(world.metric("godwit_publish_refused_total"), 3);
    EXPECT_EQ(world.metric("godwit_authorization_denied_total", "publish"), 3);
    EXPECT_TRUE(bob.open());
  }
}

// MQTT-4.3.3-9.
TEST(Access, frees_the_id_of_a_qos_2_publish_that_it_refuses) {
  FrontWorld world(secret_world());
  TestClient& alice = world.connect("alice", as_user("alice"));
  subscribe(alice, "#", {.qos = Qos::kExactlyOnce});
  TestClient& bob = world.connect("bob", as_user("bob"));
  bob.send(make_publish("secret/x", "denied", Qos::kExactlyOnce, 9));
  bob.send(make_publish("open/x", "allowed", Qos::kExactlyOnce, 9));
  EXPECT_EQ(texts_of(alice.take_publishes()), std::vector<std::string>{"allowed"});
}

// E-067: the first content of an open id stands, so its repeat is not judged again. An error would
// tell the client that the id is free, and its next message would be taken for a repeat.
TEST(Access, is_not_asked_about_the_repeat_of_an_open_qos_2_id) {
  FrontWorld world(secret_world());
  TestClient& bob = world.connect("bob", as_user("bob"));
  bob.send(make_publish("open/x", "1", Qos::kExactlyOnce, 9));
  bob.send(make_publish("secret/x", "1", Qos::kExactlyOnce, 9));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(bob.expect<mqtt::PublishAck>().reason_code, ReasonCode::kSuccess);
  }
}

// A filter of which only some topics are allowed: asked for each message, however it comes.
TEST(Access, lets_through_what_of_a_wide_filter_may_be_seen) {
  for (const std::uint16_t threads : testkit::Numbers{1, 3}) {
    WorldOptions options = secret_world();
    options.thread_count = threads;
    FrontWorld world(options);
    TestClient& alice = world.connect("alice", as_user("alice"));
    for (const char* topic : {"secret/kept", "open/kept"}) {
      alice.send(make_publish(topic, topic, Qos::kAtLeastOnce, 1, true));
    }
    TestClient& bob = world.connect("bob", as_user("bob", kept_v5()), threads - 1U);
    EXPECT_EQ(subscribe(bob, "#", {.qos = Qos::kExactlyOnce}), ReasonCode::kGrantedQos2);
    EXPECT_EQ(subscribe(bob, "secret/#"), ReasonCode::kNotAuthorized);
    std::uint16_t id = 0;
    for (const char* topic : {"secret/live", "open/live"}) {
      for (const int qos : {0, 1, 2}) {
        // Ids of their own, because no exchange is finished.
        alice.send(make_publish(topic, topic, Qos(qos), qos == 0 ? 0 : ++id));
      }
    }
    EXPECT_EQ(texts_of(bob.take_publishes()),
              (std::vector<std::string>{"open/kept", "open/live", "open/live", "open/live"}));
    bob.drop();
    for (const char* topic : {"secret/queued", "open/queued"}) {
      alice.send(make_publish(topic, topic, Qos::kAtLeastOnce, 1));
    }
    EXPECT_EQ(world.metric("godwit_queue_messages"), 1);
    TestClient& again = world.connect("bob", as_user("bob", kept_v5()), threads - 1U);
    EXPECT_EQ(texts_of(again.take_publishes()).back(), "open/queued");
    EXPECT_EQ(world.metric("godwit_messages_dropped_total", "not_authorized"), 5);
  }
}

// A narrow filter that is allowed as a whole opens its topics for the overlapping wide one too.
TEST(Access, of_overlapping_subscriptions_is_the_widest_for_the_topic) {
  FrontWorld world(
      with_rules("allow everyone any open/#\n"
                 "allow everyone publish #\n"));
  TestClient& bob = world.connect("bob", ConnectSpec{});
  subscribe(bob, "#");
  subscribe(bob, "open/#", {.qos = Qos::kAtLeastOnce});
  bob.send(make_publish("open/x", "1"));
  bob.send(make_publish("closed/x", "2"));
  EXPECT_EQ(texts_of(bob.take_publishes()), std::vector<std::string>{"1"});
}

// %c and %u stand for one whole level.
TEST(Access, may_depend_on_who_asks) {
  FrontWorld world(
      with_rules("allow everyone any devices/%c/#\n"
                 "allow authenticated subscribe users/%u\n"
                 "allow everyone publish users/#\n"));
  TestClient& one = world.connect("one", as_user("alice"));
  TestClient& two = world.connect("two", ConnectSpec{});
  EXPECT_EQ(subscribe(one, "devices/one/#"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(one, "devices/two/#"), ReasonCode::kNotAuthorized);
  EXPECT_EQ(subscribe(one, "devices/+/state"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(one, "users/alice"), ReasonCode::kSuccess);
  EXPECT_EQ(subscribe(two, "users/alice"), ReasonCode::kNotAuthorized);
  two.send(make_publish("devices/two/state", "2"));
  one.send(make_publish("devices/one/state", "1"));
  two.send(make_publish("users/alice", "hello"));
  EXPECT_EQ(texts_of(one.take_publishes()), (std::vector<std::string>{"1", "hello"}));
}

TEST(Access, is_asked_when_a_will_is_given_and_names_its_topic_exactly) {
  FrontWorld world(secret_world());
  TestClient& alice = world.connect("alice", as_user("alice"));
  subscribe(alice, "#");
  ConnectSpec spec = as_user("bob");
  spec.will = testkit::WillSpec{.topic = "secret/will"};
  TestClient& bob = world.open();
  bob.send_connect("bob", spec);
  EXPECT_EQ(bob.expect<mqtt::Connack>().reason_code, ReasonCode::kNotAuthorized);
  spec.will->topic = "open/will";
  world.connect("bob", spec).drop();
  EXPECT_EQ(alice.expect<mqtt::Publish>().topic.text(), "open/will");
  EXPECT_EQ(world.metric("godwit_authorization_denied_total", "will"), 1);
}

// Tenants do not meet: neither topics, nor retained messages, nor client ids.
TEST(Access, keeps_tenants_apart) {
  for (const std::uint16_t threads : testkit::Numbers{1, 2}) {
    FrontWorld world({.thread_count = threads});
    world.authenticate = [](const access::Credentials& credentials) {
      const std::string user = credentials.user_name.value_or("");
      return access::AuthenticationResult{
          .verdict = access::AuthenticationVerdict::kAccepted,
          .principal = {.tenant = TenantId(user == "blue" ? 1 : 0), .user_name = user}};
    };
    TestClient& red = world.connect("same-id", as_user("red"), 0);
    TestClient& blue = world.connect("same-id", as_user("blue"), threads - 1U);
    EXPECT_TRUE(red.open());
    subscribe(red, "#");
    subscribe(blue, "#");
    red.send(make_publish("t", "red", Qos::kAtMostOnce, 0, true));
    EXPECT_EQ(text_of(red.expect<mqtt::Publish>()), "red");
    EXPECT_FALSE(blue.has_packets());
    subscribe(blue, "t");
    EXPECT_FALSE(blue.has_packets());
    blue.send(make_publish("t", "blue", Qos::kAtMostOnce, 0, true));
    EXPECT_EQ(world.metric("godwit_retained_messages"), 2);
    EXPECT_FALSE(red.has_packets());
  }
}

}  // namespace
}  // namespace godwit
