// The generator's sockets with a layer in between: when MQTT may begin, and what a turn becomes.
#include "tests/bench/load/transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/load/websocket_layer.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kWaitNs = 5'000'000'000;

// A server's socket whose peer is the transport. The kernel chooses the port.
class Server {
 public:
  Server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
  }
  ~Server() {
    ::close(peer_);
    ::close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const sockaddr_in& address() const { return address_; }
  void accept() { peer_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); }
  // At least one byte.
  [[nodiscard]] std::string receive() const {
    std::array<char, 65536> bytes{};
    const ssize_t size = ::recv(peer_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
  }
  void send(std::string_view text) const {
    EXPECT_EQ(::send(peer_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void open_websocket() const {
    const std::string request = receive();
    const std::string name = "Sec-WebSocket-Key: ";
    const std::string key = request.substr(request.find(name) + name.size(), 24);
    send("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         websocket_accept(key) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n");
  }

 private:
  int listener_;
  int peer_ = -1;
  sockaddr_in address_{};
};

class Recorder final : public PacketSink {
 public:
  void on_connected(Connection& /*connection*/) override { ++connected; }
  bool on_packet(Connection& /*connection*/, const Frame& frame) override {
    types.push_back(frame.type());
    return true;
  }
  void on_lost(Connection& /*connection*/) override { ++lost; }

  int connected = 0;
  int lost = 0;
  std::vector<PacketType> types;
};

// Frames of a client with less than 126 bytes each; their sizes.
std::vector<std::size_t> frame_sizes(std::string_view bytes) {
  std::vector<std::size_t> sizes;
  while (bytes.size() >= 6) {
    sizes.push_back(static_cast<unsigned char>(bytes[1]) & 0x7FU);
    bytes.remove_prefix(6 + sizes.back());
  }
  EXPECT_TRUE(bytes.empty());
  return sizes;
}

// A connection through WebSocket, open.
class OpenConnection {
 public:
  OpenConnection() {
    connection.layer = std::make_unique<WebSocketLayer>("localhost", 1);
    EXPECT_TRUE(transport.open(connection, server.address(), 0));
    server.accept();
    transport.poll(kWaitNs);  // Connected: sends the GET.
    EXPECT_EQ(recorder.connected, 0) << "MQTT must wait for the handshake";
    server.open_websocket();
    transport.poll(kWaitNs);
    EXPECT_EQ(recorder.connected, 1);
  }
  ~OpenConnection() { transport.close(connection); }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;

  void send_three() {
    for (int i = 0; i < 3; ++i) {
      append_empty(connection.output, PacketType::kPingreq);
    }
    transport.mark_dirty(connection);
    transport.flush();
  }

  Server server;
  Recorder recorder;
  Transport transport{recorder};
  Connection connection;
};

TEST(Transport, makes_one_frame_and_one_send_of_a_turn) {
  OpenConnection open;
  const std::uint64_t writes = open.transport.writes();
  open.send_three();
  EXPECT_EQ(frame_sizes(open.server.receive()), (std::vector<std::size_t>{6}));
  EXPECT_EQ(open.transport.writes(), writes + 1);
  EXPECT_TRUE(open.connection.everything_sent());
}

TEST(Transport, makes_a_frame_of_each_packet_in_one_send_where_told) {
  OpenConnection open;
  open.connection.single_packets = true;
  const std::uint64_t writes = open.transport.writes();
  open.send_three();
  EXPECT_EQ(frame_sizes(open.server.receive()), (std::vector<std::size_t>{2, 2, 2}));
  EXPECT_EQ(open.transport.writes(), writes + 1);
}

TEST(Transport, joins_a_packet_that_frames_have_cut) {
  OpenConnection open;
  open.server.send("\x82\x01\xD0");  // The first byte of a PINGRESP in a frame of its own.
  open.transport.poll(kWaitNs);
  EXPECT_TRUE(open.recorder.types.empty());
  open.server.send(std::string_view("\x82\x03\x00\xD0\x00", 5));
  open.transport.poll(kWaitNs);
  EXPECT_EQ(open.recorder.types,
            (std::vector<PacketType>{PacketType::kPingresp, PacketType::kPingresp}));
}

TEST(Transport, delivers_what_came_with_a_close_and_answers_it) {
  OpenConnection open;
  open.server.send(std::string_view("\x82\x02\xD0\x00\x88\x00", 6));
  open.transport.poll(kWaitNs);
  EXPECT_EQ(open.recorder.types, (std::vector<PacketType>{PacketType::kPingresp}));
  EXPECT_EQ(open.recorder.lost, 1);
  EXPECT_EQ(open.connection.fd, -1);
  EXPECT_EQ(frame_sizes(open.server.receive()), (std::vector<std::size_t>{0}));
}

}  // namespace
}  // namespace godwit::bench
