#include "broker/net/reader.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/limits.h"

namespace godwit::net {

using front::ConnectionIndex;

namespace {

// Bytes that the packet which `rest` begins still needs, as far as can be told: 1 while its length
// is unknown, 0 if it is complete, or not MQTT, which the front will say.
std::size_t missing_in(const Rest& rest) {
  const auto size = mqtt::peek_packet_size(rest.view(), mqtt::kPacketSizeCeiling);
  if (!size) {
    return 0;
  }
  if (!size->has_value()) {
    return 1;
  }
  return **size > rest.size() ? **size - rest.size() : 0;
}

}  // namespace

// Passes on what comes out of a chain of transforms.
class Reader::StreamSink final : public DecodedSink {
 public:
  StreamSink(Reader& reader, ConnectionIndex index, front::Turn& turn)
      : reader_(reader), index_(index), turn_(turn) {}
  void ready(const PeerFacts& facts) override {
    reader_.needs_.front.identified(index_, {facts.address, facts.certificate_name});
  }
  void decoded(std::span<std::byte> bytes) override { reader_.deliver(index_, bytes, turn_); }

 private:
  Reader& reader_;
  const ConnectionIndex index_;
  front::Turn& turn_;
};

void Reader::read(ConnectionIndex index, front::Turn& turn) {
  const Socket& socket = needs_.sockets.at(index);
  const bool plain = socket.stream == nullptr;
  if (plain && !socket.rest.empty()) {
    const std::size_t missing = missing_in(socket.rest);
    if (missing >= kStraightFrom) {
      read_straight(index, missing, turn);
      return;
    }
  }
  const std::size_t limit =
      socket.last_sent_turn == 0 ? std::min(kUnansweredReadBytes, buffer_.size()) : buffer_.size();
  const ssize_t count = recv(socket.handle.descriptor(), buffer_.data(), limit, 0);
  if (count <= 0) {
    nothing_read(index, count);
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  needs_.probe.received(size);
  if (plain) {
    deliver(index, {buffer_.data(), size}, turn);
  } else {
    read_stream(index, size, turn);
  }
}

void Reader::read_straight(ConnectionIndex index, std::size_t missing, front::Turn& turn) {
  Socket& socket = needs_.sockets.at(index);
  const std::span<std::byte> room = socket.rest.room(missing);
  std::array<iovec, 2> vectors{{{room.data(), room.size()}, {buffer_.data(), buffer_.size()}}};
  msghdr message{};
  message.msg_iov = vectors.data();
  // The thread's buffer takes what follows the packet, if all of the packet has room.
  message.msg_iovlen = room.size() == missing ? 2 : 1;
  const ssize_t count = recvmsg(socket.handle.descriptor(), &message, 0);
  if (count <= 0) {
    nothing_read(index, count);
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  needs_.probe.received(size);
  const std::size_t into_rest = std::min(size, room.size());
  socket.rest.filled(into_rest);
  if (into_rest < missing) {
    return;
  }
  show_rest(index, turn);
  deliver(index, {buffer_.data(), size - into_rest}, turn);
}

void Reader::read_stream(ConnectionIndex index, std::size_t count, front::Turn& turn) {
  StreamSink sink(*this, index, turn);
  Socket& socket = needs_.sockets.at(index);
  const StreamState state = socket.stream->receive({buffer_.data(), count}, needs_.buffers, sink);
  if (state == StreamState::kFailed) {
    stream_failed(index);
  }
  if (state != StreamState::kOpen) {
    socket.stream_over = true;
    end_stream(index);
  } else if (socket.stream->transparent()) {
    socket.stream.reset();
  }
}

// Not before the front has had its turns with what came in front of the end.
void Reader::end_stream(ConnectionIndex index) {
  const Socket& socket = needs_.sockets.at(index);
  if (socket.stream_over && !needs_.front.waits_for_turn(index)) {
    needs_.closer.stream_ended(index);
  }
}

void Reader::stream_failed(ConnectionIndex index) {
  const Socket& socket = needs_.sockets.at(index);
  if (socket.handshake != HandshakeState::kNone) {
    needs_.probe.handshake_ended(HandshakeOutcome::kFailed);
  }
  const Stream::Failure failure = socket.stream->failure();
  needs_.probe.layer_failed(failure.layer);
  // A balancer's word for it may not have reached the front yet.
  const std::string by_balancer = socket.stream->facts().address;
  needs_.log.client_event(LogLevel::kInfo, "stream_refused",
                          {{"peer", by_balancer.empty() ? needs_.front.peer_address(index)
                                                        : std::string_view(by_balancer)},
                           {"layer", layer_name(failure.layer)},
                           {"what", failure.what}});
}

void Reader::nothing_read(ConnectionIndex index, ssize_t result) {
  if (result == 0) {
    needs_.closer.peer_closed(index);
  } else if (errno != EAGAIN && errno != EINTR) {
    needs_.closer.failed(index);
  }
}

void Reader::deliver(ConnectionIndex index, ByteView input, front::Turn& turn) {
  Rest& rest = needs_.sockets.at(index).rest;
  while (!input.empty()) {
    if (!needs_.front.wants_input(index)) {
      rest.append(input);
      return;
    }
    if (rest.empty()) {
      rest.append(input.subspan(needs_.front.receive(index, input, turn)));
      return;
    }
    const std::size_t taken = std::min(missing_in(rest), input.size());
    rest.append(input.first(taken));
    input = input.subspan(taken);
    if (missing_in(rest) == 0) {
      show_rest(index, turn);
    }
  }
}

void Reader::show_rest(ConnectionIndex index, front::Turn& turn) {
  Rest& rest = needs_.sockets.at(index).rest;
  const std::size_t used = needs_.front.receive(index, rest.view(), turn);
  // A complete packet is used, or not wanted; else this would go on for ever.
  CHECK(used > 0 || !needs_.front.wants_input(index));
  rest.used(used);
}

void Reader::resume(ConnectionIndex index, front::Turn& turn) {
  Rest& rest = needs_.sockets.at(index).rest;
  if (needs_.front.wants_input(index) && !rest.empty()) {
    rest.used(needs_.front.receive(index, rest.view(), turn));
  }
  if (needs_.sockets.at(index).stream_over) {
    end_stream(index);
  } else if (needs_.front.wants_input(index)) {
    needs_.sockets.set_reading(index, true);
  }
}

}  // namespace godwit::net
