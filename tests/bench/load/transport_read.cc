// What comes from the sockets, with or without a layer in between.
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "tests/bench/load/process_cpu.h"
#include "tests/bench/load/transport.h"

namespace godwit::bench {

// Into input_, behind what is kept there. 0: nothing came, or the connection is lost.
std::size_t Transport::receive(Connection& connection, std::size_t kept) {
  const ssize_t received = ::recv(connection.fd, input_.data() + kept, input_.size() - kept, 0);
  ++reads_;
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
    return 0;
  }
  if (received <= 0) {
    lose(connection);
    return 0;
  }
  read_time_ns_ = now_ns();
  return static_cast<std::size_t>(received);
}

void Transport::read(Connection& connection) {
  if (connection.layer != nullptr) {
    read_through_layer(connection);
    return;
  }
  const std::size_t kept = connection.rest.size();
  // Room for the rest of a large packet; grows once, then stays.
  if (kept + kInputBytes / 2 > input_.size()) {
    input_.resize(kept * 2 + kInputBytes);
  }
  if (kept > 0) {
    std::memcpy(input_.data(), connection.rest.data(), kept);
  }
  const std::size_t received = receive(connection, kept);
  if (received > 0 && !deliver(connection, Bytes(input_.data(), kept + received))) {
    lose(connection);
  }
}

void Transport::read_through_layer(Connection& connection) {
  const std::size_t received = receive(connection, 0);
  if (received == 0) {
    return;
  }
  decoded_.clear();
  decoded_.append(connection.rest);
  const bool was_ready = connection.layer->ready();
  const bool intact =
      connection.layer->decode(Bytes(input_.data(), received), decoded_, connection.wire);
  if (!intact) {
    say_problem(connection);
  }
  if (intact && !connection.wire.empty()) {
    mark_dirty(connection);
  }
  if (!was_ready && connection.layer->ready()) {
    sink_.on_connected(connection);
  }
  // What came before an end is delivered, and the layer's answer to it (an alert, a close) sent.
  const bool sound = deliver(connection, decoded_.bytes());
  if (!intact && !connection.blocked) {
    send_output(connection);
  }
  if (!sound || !intact) {
    lose(connection);
  }
}

bool Transport::deliver(Connection& connection, Bytes input) {
  Frame frame;
  FrameStatus status = next_frame(input, frame);
  while (status == FrameStatus::kComplete) {
    if (!sink_.on_packet(connection, frame)) {
      return false;
    }
    if (connection.fd < 0) {
      return true;  // Closed by our own side.
    }
    input = input.subspan(frame.size);
    status = next_frame(input, frame);
  }
  connection.rest.assign(input.begin(), input.end());
  return status != FrameStatus::kMalformed;
}

}  // namespace godwit::bench
