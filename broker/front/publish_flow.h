// PUBLISH from clients, and the acknowledgements in both directions (sections 3.3 to 3.7, 4.3).
//
// Thread: the front's. Pure. The hot path begins here.
#pragma once

#include "broker/front/lifecycle.h"

namespace godwit::front {

class PublishFlow {
 public:
  struct Needs {
    const FrontSettings& settings;
    const access::Policy& policy;
    ConnectionTable& connections;
    Delivery& delivery;
    ShareLedger& ledger;
    Fanout& fanout;
    Retained& retained;
    Lifecycle& lifecycle;
    Wire& wire;
    FrontProbe& probe;
  };
  explicit PublishFlow(const Needs& needs) : needs_(needs) {}

  void publish(Connection& connection, const mqtt::Frame& frame, Instant now);
  // All receivers of a publish that took several turns have it.
  void fanned_out(const FanoutTicket& ticket);
  // PUBACK, PUBREC and PUBCOMP of what was sent to this client; PUBREL of what it sends.
  void acknowledge(Connection& connection, const mqtt::Frame& frame, Instant now);

 private:
  // Sets or uses a Topic Alias, and leaves none in the packet. Success, or why the connection has
  // to end.
  [[nodiscard]] mqtt::ReasonCode resolve_alias(Connection& connection, mqtt::Publish& packet);
  // Why this publish is not taken; success if it is.
  [[nodiscard]] mqtt::ReasonCode check(const SessionSlot& slot, const mqtt::Publish& publish) const;
  void refuse(Connection& connection, const mqtt::Publish& publish, mqtt::ReasonCode reason,
              Instant now);
  // Notes the id of a new QoS 2 publish. False if there are too many: the connection is ended.
  [[nodiscard]] bool note_qos2(Connection& connection, mqtt::PacketId id, Instant now);
  void confirm(Connection& connection, mqtt::Qos qos, mqtt::PacketId id);
  void release(Connection& connection, const mqtt::PublishAck& pubrel);

  Needs needs_;
};

}  // namespace godwit::front
