// One MQTT client, without the network: bytes of the server in, bytes for the server and events
// out. It speaks 3.1.1 and 5.0, keeps the session's state over connections, and keeps within what
// the server allows.
//
//   connect ─► bytes ─► receive(CONNACK) ─► events.connected ─► publish, subscribe, … ─► disconnect
//      ▲                                                               │
//      └──────────── a new connection; what was unfinished is resent ◄─┘ lost
//
// Pure: time is handed in, `next_deadline` says when `tick` is due. Whoever owns it moves
// `output()` to the socket after every call (`sent`), and closes the socket once the client is not
// `open()` and its output is empty. Thread: its owner's. It sends no topic alias and allows none.
//
// What the server may do wrong ends the connection with an event; a call at the wrong time is
// a CHECK.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "broker/client/events.h"
#include "broker/client/request_error.h"
#include "broker/client/send_window.h"
#include "broker/client/server_offer.h"
#include "broker/client/settings.h"
#include "broker/mqtt/error.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/packet.h"

namespace godwit::client {

// Views, copied by `publish`.
struct OutgoingMessage {
  mqtt::TopicName topic;  // Not empty.
  ByteView payload;
  mqtt::PropertiesView properties;                       // As a client may send them. 5.0.
  std::optional<std::uint32_t> message_expiry_interval;  // Seconds. 5.0.
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;
};

class Client {
 public:
  // `settings` have passed `check`.
  explicit Client(ClientSettings settings);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // A connection of the network has begun: CONNECT goes out. Not while `open()`.
  void connect(Instant now);

  // Bytes from the server: the number of bytes used. An unfinished packet is left to be shown
  // again, with more behind it. All are used once the client is not open any more.
  [[nodiscard]] std::size_t receive(ByteView input, Instant now, ClientEvents& events);
  // The network's connection has ended. Nothing if the client has ended it first.
  void lost(ClientEvents& events);

  // Call it at `next_deadline`, or later, or earlier for nothing.
  void tick(Instant now, ClientEvents& events);
  [[nodiscard]] Instant next_deadline() const;

  // Bytes for the socket. Valid until the next call.
  [[nodiscard]] ByteView output() const { return ByteView(output_).subspan(output_begin_); }
  // The socket has taken this many of them.
  void sent(std::size_t count, Instant now);

  // Requests. Each answer is an event with the id returned here; kNoPacketId at QoS 0, which has
  // none. Filters and messages may be temporaries.
  [[nodiscard]] Result<mqtt::PacketId, RequestError> publish(const OutgoingMessage& message,
                                                             Instant now);
  // `subscription_identifier`: 0 for none. Not empty.
  [[nodiscard]] Result<mqtt::PacketId, RequestError> subscribe(
      std::span<const mqtt::FilterRequest> requests, std::uint32_t subscription_identifier,
      Instant now);
  [[nodiscard]] Result<mqtt::PacketId, RequestError> unsubscribe(
      std::span<const mqtt::TopicFilter> filters, Instant now);
  // The end, with DISCONNECT. 5.0: kDisconnectWithWill has the will published nevertheless.
  void disconnect(mqtt::ReasonCode reason = mqtt::ReasonCode::kSuccess);

  // Between `connect` and the end.
  [[nodiscard]] bool open() const { return !std::holds_alternative<Ended>(state_); }
  // Between CONNACK and the end.
  [[nodiscard]] bool online() const { return std::holds_alternative<Online>(state_); }
  // Of the last CONNACK.
  [[nodiscard]] const ServerOffer& offer() const { return offer_; }
  // Ours, or the one that the server has chosen.
  [[nodiscard]] const std::string& client_id() const { return settings_.client_id; }
  // QoS 1 and 2 messages that are not finished.
  [[nodiscard]] std::size_t in_flight() const { return window_.size(); }

 private:
  struct Ended {};
  struct AwaitingConnack {
    Instant deadline;
    bool clean_start;
  };
  struct Online {
    Duration ping_after;  // 0: no keep alive.
    Instant last_packet;  // When we last sent one.
    Instant pingresp_due = kNever;
  };
  struct Request {
    mqtt::PacketId packet_id;
    mqtt::PacketType type;  // SUBSCRIBE or UNSUBSCRIBE.
    std::size_t filters = 0;
  };
  struct Incoming;  // The one call that takes a packet; client_receive.cc.

  [[nodiscard]] bool is_v5() const { return mqtt::is_v5(settings_.version); }
  [[nodiscard]] std::optional<RequestError> refusal_of(const OutgoingMessage& message) const;
  [[nodiscard]] std::optional<RequestError> refusal_of(
      std::span<const mqtt::FilterRequest> requests, std::uint32_t subscription_identifier) const;
  [[nodiscard]] std::optional<RequestError> request_refusal() const;
  [[nodiscard]] mqtt::PacketId next_message_id();
  [[nodiscard]] mqtt::PacketId next_request_id();
  [[nodiscard]] bool awaits_answer(mqtt::PacketId id) const;
  // Appends a packet.
  template <class Packet>
  void send(const Packet& packet, Instant now);
  // The same for a request, unless it is larger than the server takes.
  template <class Packet>
  Result<mqtt::PacketId, RequestError> send_request(const Packet& packet, Request request,
                                                    Instant now);
  void end();
  void end_unanswering(std::string_view what, ClientEvents& events);

  ClientSettings settings_;
  std::variant<Ended, AwaitingConnack, Online> state_;
  ServerOffer offer_;
  Bytes output_;
  std::size_t output_begin_ = 0;
  Bytes list_;        // Filters of the request that is being written.
  Bytes properties_;  // Its properties.

  // The session's state (section 4.1), and whether the server should have the same.
  bool is_resumable_ = false;
  SendWindow window_;
  std::bitset<65'536> unreleased_;  // QoS 2 ids received and not yet released (MQTT-4.3.3-10).

  // Of this connection.
  std::size_t unfinished_received_ = 0;  // Of `unreleased_`: what counts against our maximum.
  std::vector<Request> requests_;
  std::uint16_t last_id_ = 0;
};

}  // namespace godwit::client
