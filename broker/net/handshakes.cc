#include "broker/net/handshakes.h"

#include "base/check.h"

namespace godwit::net {

using front::ConnectionIndex;

Handshakes::Place Handshakes::place_of(ConnectionIndex index) const {
  return {index, needs_.sockets.at(index).generation};
}

bool Handshakes::unfinished(const Place& place) const {
  const Socket& socket = needs_.sockets.at(place.index);
  return socket.generation == place.generation && socket.handshake != HandshakeState::kNone &&
         socket.state == SocketState::kOpen;
}

void Handshakes::opened(ConnectionIndex index, Instant now) {
  needs_.sockets.at(index).handshake = HandshakeState::kExpected;
  deadlines_.push_back({add_saturating(now, settings_.deadline), place_of(index)});
}

bool Handshakes::may_step(ConnectionIndex index) {
  if (put_off_.empty() && spent_ < kTimePerTurn) {
    return true;
  }
  needs_.sockets.set_reading(index, false);
  put_off_.push_back(place_of(index));
  return false;
}

std::optional<ConnectionIndex> Handshakes::next_put_off() {
  while (!put_off_.empty() && spent_ < kTimePerTurn) {
    const Place place = put_off_.front();
    put_off_.pop_front();
    if (unfinished(place)) {
      needs_.sockets.set_reading(place.index, true);
      return place.index;
    }
  }
  return std::nullopt;
}

void Handshakes::stepping(ConnectionIndex index) {
  Socket& socket = needs_.sockets.at(index);
  if (socket.handshake != HandshakeState::kExpected) {
    return;
  }
  make_room();
  socket.handshake = HandshakeState::kBegun;
  begun_.push_back(place_of(index));
}

void Handshakes::make_room() {
  if (begun_.size() < settings_.unfinished_max) {
    return;
  }
  // Those that have ended are only taken out here, where it matters.
  std::erase_if(begun_, [this](const Place& place) { return !unfinished(place); });
  if (begun_.size() < settings_.unfinished_max) {
    return;
  }
  needs_.probe.handshake_ended(HandshakeOutcome::kCrowdedOut);
  needs_.closer.failed(begun_.front().index);
  begun_.pop_front();
}

void Handshakes::stepped(ConnectionIndex index, Duration spent) {
  spent_ += spent;
  Socket& socket = needs_.sockets.at(index);
  const bool ready = socket.stream == nullptr || socket.stream->ready();
  if (!ready || socket.state != SocketState::kOpen) {
    return;
  }
  socket.handshake = HandshakeState::kNone;
  needs_.probe.handshake_ended(HandshakeOutcome::kDone);
}

void Handshakes::expire(Instant now) {
  while (!deadlines_.empty() && deadlines_.front().at <= now) {
    const Place place = deadlines_.front().place;
    deadlines_.pop_front();
    if (unfinished(place)) {
      needs_.probe.handshake_ended(HandshakeOutcome::kLate);
      needs_.closer.failed(place.index);
    }
  }
}

Instant Handshakes::next_deadline() const {
  return deadlines_.empty() ? kNever : deadlines_.front().at;
}

}  // namespace godwit::net
