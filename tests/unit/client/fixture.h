// A client whose server is the test: packets in, packets out, and the events as a list of texts.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/client/client.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"

namespace godwit::client::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What has happened, a line each: "message t hello qos=1", "published 3 success".
class RecordedEvents : public ClientEvents {
 public:
  void connected(const Connected& connected) override;
  void refused(const Refusal& refusal) override;
  void message(const mqtt::Publish& message) override;
  void published(mqtt::PacketId id, mqtt::ReasonCode reason) override;
  void discarded(mqtt::PacketId id) override;
  void subscribed(mqtt::PacketId id, ByteView reason_codes) override;
  void unsubscribed(mqtt::PacketId id, ByteView reason_codes) override;
  void disconnected(const Ending& ending) override;

  // All lines since the last call.
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

  std::function<void(const mqtt::Publish&)> on_message;  // After it is noted.

 private:
  std::vector<std::string> lines_;
};

// A packet of the client, with the bytes behind its views.
struct SentPacket {
  std::shared_ptr<const Bytes> bytes;
  mqtt::Packet packet;
};

class Session {
 public:
  explicit Session(const ClientSettings& settings = {});

  // CONNECT, and a CONNACK of success with these properties.
  void connect(const Bytes& connack_properties = {}, bool session_present = false);
  void begin() { client.connect(now); }
  // Bytes or a packet from the server; whatever is left of earlier bytes goes before it.
  void receive_raw(ByteView bytes);
  template <class Packet>
  void receive(const Packet& packet) {
    Bytes bytes;
    mqtt::encode(packet, version, bytes);
    receive_raw(bytes);
  }
  void advance(Duration duration);  // Ticks at each deadline on the way.
  void drop();                      // The network fails.

  // The client's packets since the last call, taken by the socket.
  std::vector<mqtt::Packet> sent();
  // The only one, which must be of this kind.
  template <class Packet>
  Packet only_sent() {
    const std::vector<mqtt::Packet> packets = sent();
    if (packets.size() != 1) {
      throw std::runtime_error(std::to_string(packets.size()) + " packets were sent");
    }
    return std::get<Packet>(packets[0]);
  }
  Result<mqtt::PacketId, RequestError> publish(mqtt::Qos qos, std::string_view payload = "hello",
                                               bool retain = false);
  Result<mqtt::PacketId, RequestError> subscribe(std::string_view filter,
                                                 mqtt::SubscriptionOptions options = {},
                                                 std::uint32_t identifier = 0);

  Client client;
  RecordedEvents events;
  mqtt::ProtocolVersion version;
  Instant now{seconds(1'000)};

 private:
  Bytes unread_;
  std::vector<std::shared_ptr<const Bytes>> kept_;
};

using Lines = std::vector<std::string>;

[[nodiscard]] ClientSettings v311();
// A session that outlives its connection.
[[nodiscard]] ClientSettings kept();
[[nodiscard]] Bytes properties(
    std::initializer_list<std::pair<mqtt::PropertyId, std::uint32_t>> numbers);
[[nodiscard]] mqtt::Publish from_server(mqtt::Qos qos, std::uint16_t id,
                                        std::string_view payload = "hello");
[[nodiscard]] mqtt::PublishAck ack(mqtt::PacketType type, std::uint16_t id,
                                   mqtt::ReasonCode reason = mqtt::ReasonCode::kSuccess);

inline constexpr mqtt::Qos kQos0 = mqtt::Qos::kAtMostOnce;
inline constexpr mqtt::Qos kQos1 = mqtt::Qos::kAtLeastOnce;
inline constexpr mqtt::Qos kQos2 = mqtt::Qos::kExactlyOnce;

}  // namespace godwit::client::test
