// What is known of a client apart from its packets: its name by a certificate, its address by a
// load balancer; and rules that change while it is connected.
#include <gtest/gtest.h>

#include <string>

#include "tests/testkit/front_world.h"
#include "tests/testkit/shorthand.h"

namespace godwit::front {
namespace {

using mqtt::ReasonCode;
using testkit::FrontWorld;
using testkit::TestClient;

access::AuthenticationResult accepted_as(const std::string& user_name) {
  return {.verdict = access::AuthenticationVerdict::kAccepted,
          .principal = {TenantId{}, user_name}};
}

ReasonCode connack_of(FrontWorld& world, const PeerIdentity& identity) {
  TestClient& client = world.open();
  world.identify(client, identity);
  client.send_connect("c" + identity.certificate_name, {});
  return client.expect<mqtt::Connack>().reason_code;
}

TEST(Peer, the_name_of_a_certificate_is_asked_about_with_the_rest) {
  FrontWorld world;
  std::string asked;
  world.authenticate = [&](const access::Credentials& credentials) {
    asked = credentials.certificate_name;
    return accepted_as(credentials.certificate_name);
  };
  EXPECT_EQ(connack_of(world, {.address = {}, .certificate_name = "probe-7"}),
            ReasonCode::kSuccess);
  EXPECT_EQ(asked, "probe-7");
  EXPECT_EQ(connack_of(world, {}), ReasonCode::kSuccess);
  EXPECT_EQ(asked, "");
}

TEST(Peer, whoever_shows_a_certificate_is_nobody_else_whatever_was_proven) {
  FrontWorld world;
  world.authenticate = [](const access::Credentials&) { return accepted_as("ann"); };
  EXPECT_EQ(connack_of(world, {.address = {}, .certificate_name = "ann"}), ReasonCode::kSuccess);
  EXPECT_EQ(connack_of(world, {.address = {}, .certificate_name = "probe-7"}),
            ReasonCode::kBadUserNameOrPassword);
}

TEST(Peer, its_address_goes_with_it_to_another_thread) {
  FrontWorld world({.thread_count = 2});
  world.connect("c", FrontWorld::v5_connect(), 0);
  TestClient& moved = world.open(1);
  world.identify(moved, {.address = "192.0.2.7:40320", .certificate_name = {}});
  moved.send_connect("c", {});
  EXPECT_EQ(moved.expect<mqtt::Connack>().reason_code, ReasonCode::kSuccess);
  EXPECT_EQ(moved.thread(), 0U);
  moved.send_raw({0xF1, 0x00});  // AUTH with reserved flags.
  EXPECT_NE(world.log_sink.last_line.find("peer=192.0.2.7:40320"), std::string::npos)
      << world.log_sink.last_line;
}

TEST(Peer, new_rules_hold_at_once_for_subscriptions_that_are_there) {
  FrontWorld world;
  TestClient& subscriber = world.connect("s", FrontWorld::v5_connect());
  testkit::subscribe(subscriber, "#");
  TestClient& publisher = world.connect("p", FrontWorld::v5_connect());
  const auto delivered = [&] {
    publisher.send(testkit::make_publish("open/a", "1"));
    publisher.send(testkit::make_publish("secret/a", "2"));
    std::string topics;
    for (const mqtt::Publish& publish : subscriber.take_publishes()) {
      topics += std::string(publish.topic.text()) + " ";
    }
    return topics;
  };
  EXPECT_EQ(delivered(), "open/a secret/a ");
  const auto strict =
      access::Policy::parse("deny everyone subscribe secret/#\nallow everyone any #\n", "rules");
  ASSERT_TRUE(strict.has_value());
  world.set_policy(**strict);
  EXPECT_EQ(delivered(), "open/a ");
  world.set_policy(*access::Policy::allow_all());
  EXPECT_EQ(delivered(), "open/a secret/a ");
}

}  // namespace
}  // namespace godwit::front
