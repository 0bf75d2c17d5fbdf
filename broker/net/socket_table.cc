#include "broker/net/socket_table.h"

#include <utility>

#include "base/check.h"

namespace godwit::net {
namespace {

constexpr std::uint8_t bits(Interest interest) { return static_cast<std::uint8_t>(interest); }

}  // namespace

bool SocketTable::open(front::ConnectionIndex index, OwnedSocket& handle) {
  if (index.value() >= sockets_.size()) {
    sockets_.resize(index.value() + std::size_t{1});
  }
  Socket& socket = at(index);
  CHECK(socket.state == SocketState::kFree);
  if (!poller_->add(handle.descriptor(), index.value(), Interest::kRead)) {
    return false;
  }
  ++socket.generation;
  socket.handle = std::move(handle);
  socket.last_sent_turn = 0;
  socket.state = SocketState::kOpen;
  socket.interest = Interest::kRead;
  socket.handshake = HandshakeState::kNone;
  socket.peer_closed = false;
  socket.stream_over = false;
  socket.failed = false;
  ++count_;
  return true;
}

void SocketTable::set(front::ConnectionIndex index, Interest which, bool on) {
  Socket& socket = at(index);
  const std::uint8_t now = bits(socket.interest);
  const auto next = static_cast<Interest>(on ? now | bits(which) : now & ~bits(which));
  if (next == socket.interest) {
    return;
  }
  socket.interest = next;
  poller_->change(socket.handle.descriptor(), index.value(), next);
}

bool SocketTable::waits_to_write(front::ConnectionIndex index) const {
  return (bits(sockets_[index.value()].interest) & bits(Interest::kWrite)) != 0;
}

void SocketTable::close(front::ConnectionIndex index) {
  // Closing takes it out of the poller: nobody else holds the descriptor.
  const OwnedSocket closed = std::move(at(index).handle);
  Socket& socket = at(index);
  CHECK(socket.state != SocketState::kFree);
  socket.rest.used(socket.rest.size());
  socket.stream.reset();
  socket.state = SocketState::kFree;
  --count_;
}

OwnedSocket SocketTable::take(front::ConnectionIndex index) {
  OwnedSocket taken = std::move(at(index).handle);
  poller_->remove(taken.descriptor());
  close(index);
  return taken;
}

}  // namespace godwit::net
