#include "broker/net/client_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "broker/net/poll_timeout.h"

namespace godwit::net {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
// At most so much goes through a stream at a time, so that its buffers stay small.
constexpr std::size_t kEncodeBytesMax = std::size_t{64} << 10U;
// A server that does not take its answers is not read: what it sends would only make more.
constexpr std::size_t kOutputPauseBytes = std::size_t{4} << 20U;
// After the client's end: for the peer to take some of what is unsent, and then to close.
constexpr Duration kLastSendMax = std::chrono::seconds(10);
constexpr Duration kPeerCloseMax = std::chrono::seconds(2);
// A buffer of this size is kept for the next long packet.
constexpr std::size_t kKeptUnreadMax = std::size_t{256} << 10U;

std::string failure_text(const Stream::Failure& failure) {
  return std::string(layer_name(failure.layer)) + ": " + failure.what;
}

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace

ClientConnection::ClientConnection(client::Client& client, client::ClientEvents& events,
                                   const Clock& clock, std::unique_ptr<Stream> stream)
    : client_(client),
      events_(events),
      clock_(clock),
      stream_(std::move(stream)),
      buffers_(stream_ == nullptr ? 0 : kReadBytes),
      read_buffer_(kReadBytes) {}

Result<void> ClientConnection::open(const ServerAddress& server, Instant deadline) {
  CHECK(!socket_);
  auto socket = connect_to(server, clock_, deadline);
  if (!socket) {
    return fail(std::move(socket.error()));
  }
  socket_ = std::move(*socket);
  if (stream_ != nullptr) {
    stream_->start(buffers_);
  }
  client_.connect(clock_.now());
  flush();
  return {};
}

bool ClientConnection::turn(Instant until, std::span<pollfd> others) {
  if (!socket_) {
    return false;
  }
  flush();
  // The client may have ended since the last turn.
  if (!goes_on()) {
    return false;
  }
  wait(until, others);
  if (readable_) {
    read();
  }
  client_.tick(clock_.now(), events_);
  flush();
  return goes_on();
}

bool ClientConnection::goes_on() {
  if (client_.open() || say_goodbye()) {
    return true;
  }
  socket_ = OwnedSocket();
  return false;
}

void ClientConnection::wait(Instant until, std::span<pollfd> others) {
  const bool reads = client_.output().size() < kOutputPauseBytes;
  short wanted = reads ? POLLIN : 0;
  if (has_output() && !write_failed_) {
    wanted = static_cast<short>(wanted | POLLOUT);
  }
  polled_.assign(others.begin(), others.end());
  polled_.push_back({.fd = socket_.descriptor(), .events = wanted, .revents = 0});
  const Instant due = std::min({until, client_.next_deadline(), goodbye_deadline_});
  const int ready = poll(polled_.data(), polled_.size(), poll_timeout(clock_.now(), due));
  CHECK(ready >= 0 || errno == EINTR);
  for (std::size_t i = 0; i < others.size(); ++i) {
    others[i].revents = ready > 0 ? polled_[i].revents : short{0};
  }
  // An error or a hang-up is found by reading.
  const short found = ready > 0 ? polled_.back().revents : short{0};
  readable_ = (found & (POLLIN | POLLERR | POLLHUP)) != 0;
}

// --- The way out ---

bool ClientConnection::has_output() const {
  if (stream_ == nullptr) {
    return !client_.output().empty();
  }
  // What the client says waits until the layers have shaken hands.
  return !stream_->unsent().empty() || (stream_->ready() && !client_.output().empty());
}

void ClientConnection::flush() {
  if (!socket_) {
    return;
  }
  if (stream_ == nullptr) {
    flush_plain();
  } else {
    flush_stream();
  }
}

void ClientConnection::flush_plain() {
  while (!client_.output().empty()) {
    const std::size_t count = send_some(client_.output());
    if (count == 0) {
      return;
    }
    client_.sent(count, clock_.now());
  }
}

void ClientConnection::flush_stream() {
  while (send_unsent() && stream_->ready() && !client_.output().empty()) {
    const ByteView output = client_.output();
    const ByteView chunk = output.first(std::min(output.size(), kEncodeBytesMax));
    const ByteView encoded = stream_->encode({&chunk, 1}, buffers_);
    client_.sent(chunk.size(), clock_.now());
    stream_->keep_unsent(encoded.subspan(send_some(encoded)));
  }
}

// True if nothing is left.
bool ClientConnection::send_unsent() {
  while (!stream_->unsent().empty()) {
    const std::size_t count = send_some(stream_->unsent());
    if (count == 0) {
      return false;
    }
    stream_->sent(count);
  }
  return true;
}

std::size_t ClientConnection::send_some(ByteView bytes) {
  if (write_failed_ || bytes.empty()) {
    return 0;
  }
  const ssize_t count = send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    if (goodbye_deadline_ != kNever) {
      goodbye_deadline_ = clock_.now() + kLastSendMax;
    }
    return static_cast<std::size_t>(count);
  }
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    // The peer may have said why before it closed: reading goes on, and finds the end.
    write_failed_ = true;
    loss_ = error_text(errno);
  }
  return 0;
}

// --- The way in ---

void ClientConnection::read() {
  const ssize_t count = recv(socket_.descriptor(), read_buffer_.data(), read_buffer_.size(), 0);
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
      lost(error_text(errno));
    }
    return;
  }
  if (count == 0) {
    return lost(loss_);
  }
  if (!client_.open()) {
    return;  // After the goodbye nobody listens.
  }
  const auto bytes = std::span(read_buffer_).first(static_cast<std::size_t>(count));
  if (stream_ == nullptr) {
    return decoded(bytes);
  }
  switch (stream_->receive(bytes, buffers_, *this)) {
    case StreamState::kOpen:
      return;
    case StreamState::kClosed:
      return lost("");
    case StreamState::kFailed:
      static_cast<void>(send_unsent());  // An alert, if the layer has one.
      return lost(failure_text(stream_->failure()));
  }
}

void ClientConnection::decoded(std::span<std::byte> bytes) {
  const Instant now = clock_.now();
  if (unread_.empty()) {
    const std::size_t used = client_.receive(bytes, now, events_);
    append(unread_, bytes.subspan(used));
    return;
  }
  append(unread_, bytes);
  const std::size_t used = client_.receive(unread_, now, events_);
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(used));
  if (unread_.empty() && unread_.capacity() > kKeptUnreadMax) {
    Bytes().swap(unread_);
  }
}

void ClientConnection::lost(std::string why) {
  loss_ = std::move(why);
  flush();  // A layer may have said what is wrong with the peer.
  socket_ = OwnedSocket();
  client_.lost(events_);
}

bool ClientConnection::say_goodbye() {
  if (!socket_) {
    return false;
  }
  if (goodbye_deadline_ == kNever) {
    goodbye_deadline_ = clock_.now() + kLastSendMax;
  }
  if (write_failed_ || clock_.now() >= goodbye_deadline_) {
    return false;
  }
  if (!said_goodbye_ && client_.output().empty() && stream_ != nullptr) {
    stream_->finish(buffers_);
    flush();
  }
  if (!said_goodbye_ && !has_output()) {
    said_goodbye_ = true;
    // Closing now, with bytes of the peer unread, would reset the connection and might take our
    // last packets with it. So the peer closes first.
    if (shutdown(socket_.descriptor(), SHUT_WR) != 0) {
      return false;
    }
    goodbye_deadline_ = clock_.now() + kPeerCloseMax;
  }
  return true;
}

}  // namespace godwit::net
