// A front that offers the method "two-step" (tests/testkit/two_step_method.h), and the AUTH packets
// of its clients.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/testkit/front_world.h"
#include "tests/testkit/two_step_method.h"

namespace godwit::testkit {

struct AuthPacket {
  mqtt::ReasonCode reason_code = mqtt::ReasonCode::kContinueAuthentication;
  std::string data = "open";
  std::string method = "two-step";
};

inline void push_auth(TestClient& client, const AuthPacket& auth) {
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.text(mqtt::PropertyId::kAuthenticationMethod, auth.method);
  writer.text(mqtt::PropertyId::kAuthenticationData, auth.data);
  client.push(mqtt::Auth{.reason_code = auth.reason_code,
                         .properties = mqtt::PropertiesView::from_checked(properties)});
}

inline ConnectSpec two_step_connect() {
  ConnectSpec spec;
  spec.authentication_method = "two-step";
  return spec;
}

// What the broker says of an exchange: method and data.
inline void expect_exchange(mqtt::PropertiesView properties, std::string_view data) {
  EXPECT_EQ(properties.text(mqtt::PropertyId::kAuthenticationMethod), "two-step");
  EXPECT_EQ(properties.text(mqtt::PropertyId::kAuthenticationData), data);
}

struct AuthWorld {
  explicit AuthWorld(const WorldOptions& options = {}) : world(options) {
    world.methods = TwoStepMethod::alone();
  }

  // Has sent its CONNECT and was asked for the word.
  TestClient& ask(std::string_view client_id, const ConnectSpec& spec = two_step_connect()) {
    TestClient& client = world.open();
    client.send_connect(client_id, spec);
    const auto auth = client.expect<mqtt::Auth>();
    EXPECT_EQ(auth.reason_code, mqtt::ReasonCode::kContinueAuthentication);
    expect_exchange(auth.properties, "word?");
    return client;
  }
  TestClient& let_in(std::string_view client_id, const ConnectSpec& spec = two_step_connect()) {
    TestClient& client = ask(client_id, spec);
    send(client, {});
    const auto connack = client.expect<mqtt::Connack>();
    EXPECT_EQ(connack.reason_code, mqtt::ReasonCode::kSuccess);
    expect_exchange(connack.properties, "welcome");
    return client;
  }
  void send(TestClient& client, const AuthPacket& auth) {
    push_auth(client, auth);
    world.settle();
  }

  FrontWorld world;
};

inline const AuthPacket kAuthenticateAgain{.reason_code = mqtt::ReasonCode::kReAuthenticate,
                                           .data = "hello"};

}  // namespace godwit::testkit
