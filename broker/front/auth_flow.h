// AUTH packets (section 3.15): the exchange between CONNECT and CONNACK, and authentication again
// on an open connection (section 4.12). What is said in them is the method's business, which sits
// behind the Authenticate effect.
//
// Thread: the front's. Pure.
#pragma once

#include "base/log.h"
#include "broker/front/lifecycle.h"

namespace godwit::front {

class AuthFlow {
 public:
  struct Needs {
    const FrontSettings& settings;
    Lifecycle& lifecycle;
    Wire& wire;
    const Log& log;
  };
  explicit AuthFlow(const Needs& needs) : needs_(needs) {}

  // Before the CONNACK: the method wants to hear more from the client.
  void ask_for_more(Connection& connection, access::AuthenticationResult result, Instant now);
  // A packet before the CONNACK, which has to be the client's next step or its good-bye
  // (MQTT-3.1.2-30).
  void go_on(Connection& connection, const mqtt::Frame& frame, Instant now);

  // An AUTH on an open connection. Its other packets go on under the old rights meanwhile (E-120).
  void authenticate_again(Connection& connection, const mqtt::Frame& frame, Instant now);
  // The answer to a step of that.
  void authenticated_again(Connection& connection, access::AuthenticationResult result,
                           Instant now);

 private:
  // False if the client's Maximum Packet Size does not let it through.
  [[nodiscard]] bool send(Connection& connection, mqtt::ReasonCode reason, std::string_view method,
                          const Bytes& data);
  void ask(Connection& connection, access::ExchangeStep step);

  Needs needs_;
  Bytes properties_;  // Scratch of send.
};

}  // namespace godwit::front
