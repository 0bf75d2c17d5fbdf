// How connections and sessions end, and what becomes of wills (sections 3.1.2.5, 3.14, 4.13).
//
// Every way out of a connection passes through here, so that will, session, registry and metrics
// agree whatever the cause was.
//
// Thread: the front's. Pure.
#pragma once

#include <string_view>

#include "base/log.h"
#include "broker/front/fanout.h"
#include "broker/front/registry.h"
#include "broker/front/retained.h"
#include "broker/front/subscriptions.h"
#include "broker/front/timers.h"
#include "broker/front/wire.h"
#include "broker/mqtt/error.h"

namespace godwit::front {

class Lifecycle {
 public:
  struct Needs {
    const FrontSettings& settings;
    const access::Policy& policy;
    SessionTable& sessions;
    Subscriptions& subscriptions;
    Delivery& delivery;
    SharedSubscriptions& shared;
    Retained& retained;
    Fanout& fanout;
    Mailroom& mailroom;
    ClientRegistry& registry;
    Timers& timers;
    Wire& wire;
    FrontProbe& probe;
    const Log& log;
  };
  explicit Lifecycle(const Needs& needs) : needs_(needs) {}

  // Refuses a CONNECT: a CONNACK with the code, where the version has a word for it, and close
  // (MQTT-3.1.4-1, -2, MQTT-3.2.2-7).
  // `explanation`: a Reason String for 5.0 clients, if it fits; empty: none.
  void refuse(Connection& connection, mqtt::ReasonCode reason, std::string_view explanation = {});
  // Ends a connection for a reason of ours: DISCONNECT where there is one to send, and close. The
  // will is published by its rules (MQTT-3.1.2-8).
  void disconnect(Connection& connection, mqtt::ReasonCode reason, Instant now,
                  std::string_view explanation = {});
  // Refuses a CONNECT because this server sends its clients elsewhere (section 4.11).
  void redirect(Connection& connection);
  // Bytes that are not MQTT: as `disconnect` or `refuse`, with a line in the log.
  void malformed(Connection& connection, const mqtt::DecodeError& error, Instant now);
  // Closes without a word: what came before CONNECT was no CONNECT (MQTT-3.1.0-1).
  void close_silently(Connection& connection, mqtt::ReasonCode reason, Instant now);
  // The client's DISCONNECT. `discard_will`: it was 0x00 (MQTT-3.14.4-3).
  void client_left(Connection& connection, mqtt::ReasonCode reason, bool discard_will, Instant now);
  // The network connection has failed or was closed by the peer.
  void lost(Connection& connection, Instant now);

  // MQTT-3.1.4-3: the id connects again; 0x8E to the older one. `session_goes_on`: the new
  // connection resumes the session, so a delayed will is dropped (E-016).
  void take_over(SessionSlot& slot, bool session_goes_on, Instant now);
  // The session ends now, by whatever cause; its pending will goes out (E-009).
  void end_session(SessionSlot& slot, Instant now);
  // Gives an id back to its home: the session of that ownership is gone.
  void give_back(const session::SessionKey& key, std::uint64_t epoch);
  // The process ends, and every session with it.
  void publish_all_wills(Instant now);
  // A timer of the session has fired.
  void session_due(SessionSlot& slot, Instant now);

 private:
  // Takes the connection off its session and settles will and session.
  void detach(Connection& connection, Instant now);
  void settle_absent(SessionSlot& slot, Instant now);
  void publish_will(SessionSlot& slot, Instant now);
  void finish(Connection& connection, mqtt::ReasonCode reason);
  // The packet with one text property, if the client takes it so large; else without.
  template <class Packet>
  void send_with(Connection& connection, Packet packet, mqtt::PropertyId id, std::string_view text);

  Needs needs_;
  Bytes properties_;  // Scratch of send_with.
};

}  // namespace godwit::front
