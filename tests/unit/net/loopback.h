// Real sockets on the loopback for tests: the client's end, and ways to get one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "broker/net/owned_socket.h"

namespace godwit::net::test {

// The client's end of a connection. Blocking calls give up after 10 s and fail the test.
class Peer {
 public:
  Peer() = default;
  explicit Peer(OwnedSocket socket) : socket_(std::move(socket)) {}

  void send(ByteView bytes);
  void send(std::string_view text) { send(as_bytes(text)); }
  // As much as goes in without waiting.
  std::size_t send_some(ByteView bytes);
  // At least one byte, unless the connection has ended.
  Bytes receive_some();
  Bytes receive(std::size_t count);
  std::string receive_text_until_end();
  // What is there already; notes the end, and whether it was a reset.
  void poll_into(Bytes& received);

  // Whether the peer has closed, waiting for it; a reset does not count.
  [[nodiscard]] bool at_end();
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool was_reset() const { return reset_; }

  void shutdown_write();
  // Closes so that the other side gets a reset.
  void reset();
  void close() { socket_ = OwnedSocket(); }
  [[nodiscard]] int descriptor() const { return socket_.descriptor(); }

 private:
  OwnedSocket socket_;
  bool ended_ = false;
  bool reset_ = false;
};

struct Pair {
  Peer client;
  OwnedSocket server;  // Non-blocking, as from a listener.
};
// `buffer_bytes`: of the server's send and the client's receive buffer, if not 0.
[[nodiscard]] Pair connected_pair(int buffer_bytes = 0);

[[nodiscard]] Peer connect_to(const std::string& ip, std::uint16_t port);
// The socket first, the connection later: for tests that run out of descriptors.
[[nodiscard]] Peer unconnected_socket();
void connect(Peer& peer, std::uint16_t port);

[[nodiscard]] Bytes patterned_bytes(std::size_t count);

}  // namespace godwit::net::test
