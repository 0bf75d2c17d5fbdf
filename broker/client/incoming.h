// Private to the room: one packet of the server, and what becomes of it.
#pragma once

#include <optional>
#include <string_view>

#include "base/check.h"
#include "broker/client/client_send.h"
#include "broker/mqtt/packet.h"

namespace godwit::client {

// An overload a type. A handler that is called may end the connection: look before going on.
struct Client::Incoming {
  Client& client;
  Instant now;
  ClientEvents& events;

  void operator()(const mqtt::Connack& packet) const;
  void operator()(const mqtt::Publish& packet) const;
  void operator()(const mqtt::PublishAck& packet) const;
  void operator()(const mqtt::Suback& packet) const;
  void operator()(const mqtt::Unsuback& packet) const;
  void operator()(const mqtt::Pingresp& packet) const;
  void operator()(const mqtt::Disconnect& packet) const;
  void operator()(const mqtt::Auth& packet) const;
  // The decoder gives a client nothing else.
  template <class Packet>
  void operator()(const Packet&) const {
    CHECK(false);
  }

  // The server has broken the protocol.
  void refuse(mqtt::ReasonCode reason, std::string_view what) const;
  void acknowledge(mqtt::PacketType type, mqtt::PacketId id,
                   mqtt::ReasonCode reason = mqtt::ReasonCode::kSuccess) const;
  void receive_exactly_once(const mqtt::Publish& packet) const;
  void released(mqtt::PacketId id) const;
  void settle(AckOutcome outcome, const mqtt::PublishAck& packet) const;
  // The request that this answers, which is forgotten; none ends the connection.
  [[nodiscard]] std::optional<Request> answered(mqtt::PacketType type, mqtt::PacketId id) const;

  [[nodiscard]] bool begin(const mqtt::Connack& packet) const;
  [[nodiscard]] bool agree_on_session(bool session_present) const;
  void resend() const;
};

}  // namespace godwit::client
