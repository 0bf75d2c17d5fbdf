// How connections end, whoever began it.
//
//   kOpen ──peer closed, error──► kLost ──settle: front.lost──┐
//     └──────────── the effect CloseConnection ───────────────┤
//                                                             ├─► kClosing    while output is
//                                                             unsent ├─► kLingering  until the peer
//                                                             closes └─► kFree       front.release
//
// kClosing and kLingering together last at most the grace time. Losses are noticed in the middle of
// a turn but told to the front at its end, when the turn's effects have been carried out: only then
// is it certain that the front has not forgotten the connection by itself. kLingering exists
// because close() on a socket with unread input resets the connection, and the peer's kernel may
// then throw away the DISCONNECT that says why.
//
// Owner and thread: the I/O thread.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.h"
#include "broker/front/front.h"
#include "broker/net/probe.h"
#include "broker/net/socket_table.h"

namespace godwit::net {

class Closer {
 public:
  struct Needs {
    front::Front& front;
    SocketTable& sockets;
    IoProbe& probe;
  };
  Closer(const Needs& needs, Duration grace) : needs_(needs), grace_(grace) {}

  // The peer has ended its direction; what it is still owed may yet reach it.
  void peer_closed(front::ConnectionIndex index);
  // A layer of the stream says that this is the end; its last word is unsent.
  void stream_ended(front::ConnectionIndex index);
  // The socket is of no more use.
  void failed(front::ConnectionIndex index);

  // The front has forgotten the connection. `said_something`: bytes were sent in this turn, and the
  // peer should get to read them. If it is kClosing afterwards, flush it.
  void close(front::ConnectionIndex index, bool said_something, Instant now);
  // Tells the front of the losses of this turn; true if there were any.
  bool settle(front::Turn& turn);

  // Everything that a closing connection had to send is out.
  void all_sent(front::ConnectionIndex index);
  // Something has come from a connection that is closing: it is thrown away, or left unread.
  void discard_input(front::ConnectionIndex index);

  // Closes what is over its grace time.
  void expire(Instant now);
  // When `expire` is next worth calling; kNever if nothing is closing.
  [[nodiscard]] Instant next_deadline() const;
  // At the end of the thread: closes everything that is left.
  void close_all();

 private:
  struct Deadline {
    Instant at;
    front::ConnectionIndex index;
    std::uint32_t generation;  // Of the slot: the connection may have ended in time.
  };

  void lose(front::ConnectionIndex index);
  [[nodiscard]] bool has_unsent(front::ConnectionIndex index);
  void begin_grace(front::ConnectionIndex index, Instant now);
  void finish(front::ConnectionIndex index);

  const Needs needs_;
  const Duration grace_;
  std::vector<front::ConnectionIndex> lost_;
  std::deque<Deadline> deadlines_;  // In order, since the grace time is the same for all.
};

}  // namespace godwit::net
