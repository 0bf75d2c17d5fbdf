// The client's end of one connection in a FrontWorld: sends bytes or packets, keeps what comes.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "broker/front/ids.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "tests/testkit/connect_spec.h"

namespace godwit::testkit {

class FrontWorld;

// A packet a client has received, with the bytes behind its views.
struct ReceivedPacket {
  std::shared_ptr<const Bytes> bytes;
  mqtt::Packet packet;
};

class TestClient {
 public:
  TestClient(FrontWorld& world, std::size_t thread, front::ConnectionIndex index);

  // Bytes or a packet into the socket; then the world settles.
  void send_raw(ByteView bytes);
  void send_raw(std::initializer_list<int> bytes);
  template <class Packet>
  void send(const Packet& packet) {
    push(packet);
    settle();
  }
  // The same without letting anything happen yet.
  void push_raw(ByteView bytes);
  template <class Packet>
  void push(const Packet& packet) {
    Bytes bytes;
    if constexpr (std::is_same_v<Packet, mqtt::Connect>) {
      version = packet.version;
      mqtt::encode(packet, bytes);
    } else {
      mqtt::encode(packet, version, bytes);
    }
    push_raw(bytes);
  }
  void push_connect(std::string_view client_id, const ConnectSpec& spec);
  void send_connect(std::string_view client_id, const ConnectSpec& spec) {
    push_connect(client_id, spec);
    settle();
  }
  // One byte at a time, a turn for each.
  void send_byte_by_byte(ByteView bytes);

  // The network fails, without a DISCONNECT. `cut` lets nothing happen yet.
  void drop();
  void cut();

  // Packets received and not yet looked at, oldest first.
  [[nodiscard]] bool has_packets() const { return !packets.empty(); }
  // The next packet, which must be of this kind; the test fails otherwise. The views stay good.
  template <class Packet>
  Packet expect() {
    return std::get<Packet>(take(mqtt::Packet(Packet{}).index()));
  }
  // All PUBLISH packets received so far; other packets stay.
  std::vector<mqtt::Publish> take_publishes();
  // The first packet of this kind; others stay.
  template <class Packet>
  Packet find() {
    return std::get<Packet>(take_first(mqtt::Packet(Packet{}).index()));
  }
  // All bytes that have come since the last call, as they came.
  Bytes take_bytes();

  // Neither end has closed.
  [[nodiscard]] bool open() const { return !closed && !lost_; }
  // The thread that serves it now.
  [[nodiscard]] std::size_t thread() const { return thread_; }

  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k3_1_1;
  bool closed = false;  // By the broker.
  // False: what comes is not decoded, because the test cannot say which version it has.
  bool decodes = true;
  // How many bytes a turn the socket takes; 0: its buffers are full. `read` sets it.
  std::size_t reads_bytes_max = std::numeric_limits<std::size_t>::max();
  void stop_reading() { reads_bytes_max = 0; }
  void go_on_reading();
  std::deque<ReceivedPacket> packets;

 private:
  friend class FrontWorld;
  void settle();
  mqtt::Packet take(std::size_t kind);
  mqtt::Packet take_first(std::size_t kind);
  void received(ByteView bytes);
  void parse();

  FrontWorld* world_;
  std::size_t thread_;
  front::ConnectionIndex index_;
  bool gone_ = false;              // The front has no such connection, or not yet.
  bool lost_ = false;              // The network has failed; the front hears of it in its turn.
  bool input_due_ = false;         // There are bytes that the front has not been shown.
  bool waits_for_socket_ = false;  // The last flush left something behind.
  Bytes stream_;                   // From the broker, for take_bytes.
  Bytes unparsed_;                 // From the broker.
  Bytes unsent_;                   // To the broker, held back or incomplete.
  std::vector<std::shared_ptr<const Bytes>> kept_;
};

}  // namespace godwit::testkit
