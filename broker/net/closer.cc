#include "broker/net/closer.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/check.h"

namespace godwit::net {

using front::ConnectionIndex;

void Closer::lose(ConnectionIndex index) {
  Socket& socket = needs_.sockets.at(index);
  if (socket.state != SocketState::kOpen) {
    return;
  }
  socket.state = SocketState::kLost;
  lost_.push_back(index);
}

void Closer::peer_closed(ConnectionIndex index) {
  needs_.sockets.at(index).peer_closed = true;
  lose(index);
}

void Closer::stream_ended(ConnectionIndex index) { lose(index); }

void Closer::failed(ConnectionIndex index) {
  Socket& socket = needs_.sockets.at(index);
  socket.failed = true;
  if (socket.state == SocketState::kClosing || socket.state == SocketState::kLingering) {
    finish(index);
  } else {
    lose(index);
  }
}

void Closer::close(ConnectionIndex index, bool said_something, Instant now) {
  const Socket& socket = needs_.sockets.at(index);
  DCHECK(socket.state == SocketState::kOpen || socket.state == SocketState::kLost);
  // Before its handshake is done a stream has no goodbye to say.
  const bool plain = socket.stream == nullptr || !socket.stream->ready();
  if (socket.failed || (plain && !has_unsent(index) && (socket.peer_closed || !said_something))) {
    finish(index);
    return;
  }
  begin_grace(index, now);
  if (plain && !has_unsent(index)) {
    all_sent(index);
  }
}

bool Closer::settle(front::Turn& turn) {
  if (lost_.empty()) {
    return false;
  }
  // The front may lose more connections meanwhile; they come next time.
  std::vector<ConnectionIndex> lost;
  lost.swap(lost_);
  for (const ConnectionIndex index : lost) {
    const Socket& socket = needs_.sockets.at(index);
    // The front was faster: it has closed the connection, or handed it over.
    if (socket.state != SocketState::kLost) {
      continue;
    }
    needs_.front.lost(index, turn);
    if (socket.failed || !has_unsent(index)) {
      finish(index);
    } else {
      begin_grace(index, turn.now);
      needs_.sockets.set_writing(index, true);
    }
  }
  return true;
}

bool Closer::has_unsent(ConnectionIndex index) {
  const Socket& socket = needs_.sockets.at(index);
  return !needs_.front.outbox(index).empty() ||
         (socket.stream != nullptr && !socket.stream->unsent().empty());
}

void Closer::begin_grace(ConnectionIndex index, Instant now) {
  Socket& socket = needs_.sockets.at(index);
  socket.state = SocketState::kClosing;
  socket.rest.used(socket.rest.size());
  deadlines_.push_back({add_saturating(now, grace_), index, socket.generation});
}

void Closer::all_sent(ConnectionIndex index) {
  Socket& socket = needs_.sockets.at(index);
  if (socket.state != SocketState::kClosing) {
    return;
  }
  if (socket.peer_closed || shutdown(socket.handle.descriptor(), SHUT_WR) != 0) {
    finish(index);
    return;
  }
  socket.state = SocketState::kLingering;
  needs_.sockets.set_writing(index, false);
  needs_.sockets.set_reading(index, true);
}

void Closer::discard_input(ConnectionIndex index) {
  const Socket& socket = needs_.sockets.at(index);
  if (socket.state == SocketState::kClosing) {
    needs_.sockets.set_reading(index, false);
    return;
  }
  if (socket.state != SocketState::kLingering) {
    return;
  }
  constexpr std::size_t kDiscardMax = std::size_t{1} << 20U;
  // MSG_TRUNC on a TCP socket: the kernel drops the bytes without copying them.
  const ssize_t count =
      recv(socket.handle.descriptor(), nullptr, kDiscardMax, MSG_TRUNC | MSG_DONTWAIT);
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) {
    return;
  }
  finish(index);
}

void Closer::expire(Instant now) {
  while (!deadlines_.empty() && deadlines_.front().at <= now) {
    const Deadline due = deadlines_.front();
    deadlines_.pop_front();
    const Socket& socket = needs_.sockets.at(due.index);
    if (socket.generation != due.generation) {
      continue;
    }
    if (socket.state == SocketState::kClosing) {
      needs_.probe.closed_with_unsent_output();
    }
    if (socket.state == SocketState::kClosing || socket.state == SocketState::kLingering) {
      finish(due.index);
    }
  }
}

Instant Closer::next_deadline() const {
  return deadlines_.empty() ? kNever : deadlines_.front().at;
}

void Closer::close_all() {
  for (std::uint32_t slot = 0; slot < needs_.sockets.slots(); ++slot) {
    const ConnectionIndex index(slot);
    const SocketState state = needs_.sockets.at(index).state;
    if (state == SocketState::kFree) {
      continue;
    }
    if (has_unsent(index)) {
      needs_.probe.closed_with_unsent_output();
    }
    if (state == SocketState::kClosing || state == SocketState::kLingering) {
      finish(index);
    } else {
      // The front knows it still; it ends with this thread.
      needs_.sockets.close(index);
      needs_.probe.socket_closed();
    }
  }
}

void Closer::finish(ConnectionIndex index) {
  needs_.front.release(index);
  needs_.sockets.close(index);
  needs_.probe.socket_closed();
}

}  // namespace godwit::net
