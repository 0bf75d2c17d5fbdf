// One connection of a client (broker/client) over a socket: for the command line, and for whatever
// else has few connections and a thread to wait on. Never used on an I/O thread.
//
//   open ─► turn … turn ─► the client has ended: goodbye is sent, the peer closes ─► false
//
// Owner and thread: the caller's. `client` and `events` outlive it; events come out of `turn`.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "broker/client/client.h"
#include "broker/net/client_socket.h"
#include "broker/net/stream.h"

namespace godwit::net {

class ClientConnection final : private DecodedSink {
 public:
  // `stream`: the layers between socket and packets; null for plain TCP.
  ClientConnection(client::Client& client, client::ClientEvents& events, const Clock& clock,
                   std::unique_ptr<Stream> stream = nullptr);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection() override = default;

  // Blocks until the network's connection stands, or fails, or `deadline`; CONNECT is on its way
  // then. Errors as of connect_to. Once.
  [[nodiscard]] Result<void> open(const ServerAddress& server, Instant deadline);

  // Sends what there is; waits until the socket, the client's deadline, one of `others` (whose
  // `revents` are filled as by poll) or `until` is due; moves bytes. False once the connection is
  // over and nothing more can be done for it.
  [[nodiscard]] bool turn(Instant until, std::span<pollfd> others = {});

  // Why the network's connection was lost, for a human: "Connection reset by peer". Empty if it
  // was not, or the peer closed it without an error.
  [[nodiscard]] std::string_view loss() const { return loss_; }

 private:
  void ready(const PeerFacts& /*facts*/) override {}
  void decoded(std::span<std::byte> bytes) override;

  void flush();
  void flush_plain();
  void flush_stream();
  // Bytes that the socket took; 0 if it takes none now, or never again.
  [[nodiscard]] std::size_t send_some(ByteView bytes);
  [[nodiscard]] bool send_unsent();
  [[nodiscard]] bool has_output() const;
  void read();
  void lost(std::string why);
  // Whether there is something to wait for; closes the socket if not.
  [[nodiscard]] bool goes_on();
  // The client has ended: says goodbye, then waits for the peer to close. False when done.
  [[nodiscard]] bool say_goodbye();
  void wait(Instant until, std::span<pollfd> others);

  client::Client& client_;
  client::ClientEvents& events_;
  const Clock& clock_;
  std::unique_ptr<Stream> stream_;
  StreamBuffers buffers_;
  OwnedSocket socket_;
  std::vector<std::byte> read_buffer_;
  Bytes unread_;  // The beginning of a packet.
  std::vector<pollfd> polled_;
  std::string loss_;
  bool readable_ = false;
  bool write_failed_ = false;  // Nothing can be sent any more; what has come is still read.
  bool said_goodbye_ = false;
  Instant goodbye_deadline_ = kNever;  // Set by the client's end; moved by every byte sent.
};

}  // namespace godwit::net
