// CONNECT, from its bytes to the CONNACK (sections 3.1 and 3.2), in the order that keeps refused
// clients from having any effect: parse, authenticate, authorize the will, ask who owns the client
// id, check the session's principal, take over (design section 9).
//
// Two of these steps wait for an answer, authentication perhaps several times (auth_flow.h); the
// connection's state holds what is pending.
//
// Thread: the front's. Pure.
#pragma once

#include "base/random.h"
#include "broker/front/lifecycle.h"

namespace godwit::front {

class ConnectFlow {
 public:
  struct Needs {
    const FrontSettings& settings;
    const access::Policy& policy;
    ConnectionTable& connections;
    SessionTable& sessions;
    Subscriptions& subscriptions;
    Delivery& delivery;
    SharedSubscriptions& shared;
    ClientRegistry& registry;
    Lifecycle& lifecycle;
    Mailroom& mailroom;
    Timers& timers;
    Wire& wire;
    Random& random;
    FrontProbe& probe;
    const Log& log;
  };
  explicit ConnectFlow(const Needs& needs) : needs_(needs) {}

  // A CONNECT has come in. MQTT-3.1.0-2: a second one is a protocol error.
  void connect(Connection& connection, const mqtt::Frame& frame, Instant now);
  // Of a connection whose CONNECT waits for it: it is who it says, or not.
  void authenticated(Connection& connection, access::AuthenticationResult result, Instant now);
  // A connection from another front, whose CONNECT is authenticated already.
  void adopted(Connection& connection, std::unique_ptr<PendingConnect> connect, Instant now);
  // The home of the client id has answered.
  void opened(Connection& connection, const OpenAnswer& answer, Instant now);
  // It has answered a connection that has gone meanwhile: an ownership that nobody uses is given
  // back.
  void open_unwanted(const OpenAnswer& answer);

 private:
  // Why this CONNECT cannot be served at all; success if it can.
  [[nodiscard]] mqtt::ReasonCode check(const mqtt::Connect& packet) const;
  [[nodiscard]] std::string make_client_id();
  void ask_owner(Connection& connection, std::unique_ptr<PendingConnect> connect, Instant now);
  void attach(Connection& connection, std::unique_ptr<PendingConnect> connect, std::uint64_t epoch,
              Instant now);
  // Empty: none is to be sent.
  [[nodiscard]] std::string response_information(const PendingConnect& connect) const;
  // False if the client's Maximum Packet Size does not even let it through.
  [[nodiscard]] bool send_connack(Connection& connection, const PendingConnect& connect,
                                  bool session_present);

  Needs needs_;
  Bytes properties_;  // Scratch of send_connack.
};

}  // namespace godwit::front
