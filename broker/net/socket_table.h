// The sockets of one I/O thread, numbered as the front numbers its connections.
//
// A slot is filled only while no events of a wait are being handled, so an event never meets a
// newer connection than the one it is about (see IoThread::turn).
//
// Owner and thread: the I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/front/ids.h"
#include "broker/net/owned_socket.h"
#include "broker/net/poller.h"
#include "broker/net/rest.h"
#include "broker/net/stream.h"

namespace godwit::net {

// The life of a socket; who moves it on is said in closer.h.
enum class SocketState : std::uint8_t {
  kFree,
  kOpen,       // The front knows the connection.
  kLost,       // It has failed or the peer has closed it; the front hears of it in this turn.
  kClosing,    // The front has forgotten it; bytes wait to be sent, up to a grace time.
  kLingering,  // All was sent and said to be the end; input is thrown away until the peer closes.
};

// Of the layers above it.
enum class HandshakeState : std::uint8_t {
  kNone,      // There is none, or it is done.
  kExpected,  // The peer has said nothing yet.
  kBegun,
};

struct Socket {
  OwnedSocket handle;
  Rest rest;
  std::unique_ptr<Stream> stream;    // Null for plain TCP.
  std::uint32_t generation = 0;      // Counts the connections of this slot.
  std::uint32_t last_sent_turn = 0;  // When bytes were sent last; 0: none so far.
  std::uint16_t listener = 0;
  SocketState state = SocketState::kFree;
  Interest interest = Interest::kNone;
  bool peer_closed = false;  // Its direction has ended; ours may still be open.
  HandshakeState handshake = HandshakeState::kNone;
  bool stream_over = false;  // Its stream has ended, while its input waited for a turn.
  bool failed = false;       // Neither direction is of use any more.
};
// The poller's share of the 700 bytes an idle connection may cost (design section 8).
static_assert(sizeof(Socket) <= 72);

class SocketTable {
 public:
  // `poller` outlives the table.
  explicit SocketTable(Poller& poller) : poller_(&poller) {}

  // Fills the slot and waits for input. False, with `handle` untouched, if the poller has no room.
  [[nodiscard]] bool open(front::ConnectionIndex index, OwnedSocket& handle);
  [[nodiscard]] Socket& at(front::ConnectionIndex index) { return sockets_[index.value()]; }
  // Only these change what the poller waits for, and only if it is not so already.
  void set_reading(front::ConnectionIndex index, bool on) { set(index, Interest::kRead, on); }
  void set_writing(front::ConnectionIndex index, bool on) { set(index, Interest::kWrite, on); }
  [[nodiscard]] bool waits_to_write(front::ConnectionIndex index) const;

  // Closes the socket, drops what is kept, and frees the slot.
  void close(front::ConnectionIndex index);
  // The same, but the socket lives on.
  [[nodiscard]] OwnedSocket take(front::ConnectionIndex index);

  [[nodiscard]] std::size_t count() const { return count_; }
  // One past the highest slot that was ever filled.
  [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(sockets_.size()); }

 private:
  void set(front::ConnectionIndex index, Interest which, bool on);

  Poller* const poller_;
  std::vector<Socket> sockets_;
  std::size_t count_ = 0;
};

}  // namespace godwit::net
