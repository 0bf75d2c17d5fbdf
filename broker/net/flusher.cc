#include "broker/net/flusher.h"

#include <sys/socket.h>

#include <cerrno>

#include "base/check.h"

namespace godwit::net {

using front::ConnectionIndex;

namespace {

std::size_t total(std::span<const ByteView> chunks) {
  std::size_t bytes = 0;
  for (const ByteView chunk : chunks) {
    bytes += chunk.size();
  }
  return bytes;
}

}  // namespace

bool Flusher::flush_dirty(front::Turn& turn) {
  dirty_.clear();
  needs_.front.take_dirty(dirty_);
  for (const ConnectionIndex index : dirty_) {
    flush(index, turn);
  }
  return !dirty_.empty();
}

void Flusher::flush(ConnectionIndex index, front::Turn& turn) {
  const Socket& socket = needs_.sockets.at(index);
  if (socket.state == SocketState::kFree || socket.failed) {
    return;
  }
  if (needs_.sockets.waits_to_write(index)) {
    return;
  }
  send(index, turn);
}

void Flusher::send(ConnectionIndex index, front::Turn& turn) {
  const bool plain = needs_.sockets.at(index).stream == nullptr;
  switch (plain ? send_plain(index, turn) : send_encoded(index, turn)) {
    case Outcome::kAllSent:
      needs_.sockets.set_writing(index, false);
      needs_.closer.all_sent(index);
      break;
    case Outcome::kWait:
      needs_.sockets.set_writing(index, true);
      break;
    case Outcome::kFailed:
      needs_.closer.failed(index);
      break;
  }
}

Flusher::Outcome Flusher::send_plain(ConnectionIndex index, front::Turn& turn) {
  front::Outbox& outbox = needs_.front.outbox(index);
  for (unsigned sends = 0; sends < kSendsMax; ++sends) {
    if (outbox.empty()) {
      return Outcome::kAllSent;
    }
    const std::span<const ByteView> chunks(chunks_.data(), outbox.gather(chunks_));
    const std::size_t asked = total(chunks);
    const ssize_t taken = write(index, chunks);
    if (taken < 0) {
      return Outcome::kFailed;
    }
    if (taken > 0) {
      needs_.front.written(index, static_cast<std::size_t>(taken), turn);
    }
    if (static_cast<std::size_t>(taken) < asked) {
      needs_.probe.sent_short();
      return Outcome::kWait;
    }
  }
  return outbox.empty() ? Outcome::kAllSent : Outcome::kWait;
}

Flusher::Outcome Flusher::send_encoded(ConnectionIndex index, front::Turn& turn) {
  const Outcome before = send_unsent(index);
  if (before != Outcome::kAllSent) {
    return before;
  }
  Stream& stream = *needs_.sockets.at(index).stream;
  front::Outbox& outbox = needs_.front.outbox(index);
  for (unsigned sends = 0; sends < kSendsMax && !outbox.empty(); ++sends) {
    const std::span<const ByteView> chunks(chunks_.data(), outbox.gather(chunks_));
    const std::size_t plain_bytes = total(chunks);
    const ByteView encoded = stream.encode(chunks, needs_.buffers);
    const ssize_t taken = write(index, {&encoded, 1});
    if (taken < 0) {
      return Outcome::kFailed;
    }
    stream.keep_unsent(encoded.subspan(static_cast<std::size_t>(taken)));
    // The stream answers for them now.
    needs_.front.written(index, plain_bytes, turn);
    if (!stream.unsent().empty()) {
      needs_.probe.sent_short();
      return Outcome::kWait;
    }
  }
  if (!outbox.empty()) {
    return Outcome::kWait;
  }
  if (needs_.sockets.at(index).state != SocketState::kClosing) {
    return Outcome::kAllSent;
  }
  stream.finish(needs_.buffers);
  return send_unsent(index);
}

Flusher::Outcome Flusher::send_unsent(ConnectionIndex index) {
  Stream& stream = *needs_.sockets.at(index).stream;
  const ByteView unsent = stream.unsent();
  if (unsent.empty()) {
    return Outcome::kAllSent;
  }
  const ssize_t taken = write(index, {&unsent, 1});
  if (taken < 0) {
    return Outcome::kFailed;
  }
  stream.sent(static_cast<std::size_t>(taken));
  return stream.unsent().empty() ? Outcome::kAllSent : Outcome::kWait;
}

ssize_t Flusher::write(ConnectionIndex index, std::span<const ByteView> chunks) {
  Socket& socket = needs_.sockets.at(index);
  const int descriptor = socket.handle.descriptor();
  ssize_t taken = 0;
  if (chunks.size() == 1) {
    taken = ::send(descriptor, chunks[0].data(), chunks[0].size(), MSG_NOSIGNAL);
  } else {
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      vectors_[i] = {const_cast<std::byte*>(chunks[i].data()), chunks[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors_.data();
    message.msg_iovlen = chunks.size();
    taken = sendmsg(descriptor, &message, MSG_NOSIGNAL);
  }
  if (taken < 0) {
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  }
  socket.last_sent_turn = turn_number_;
  needs_.probe.flushed(static_cast<std::size_t>(taken));
  return taken;
}

}  // namespace godwit::net
