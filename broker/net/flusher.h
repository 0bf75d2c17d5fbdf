// The way out: at the end of a turn every connection that has output gets one send.
//
// Writability is waited for only after a short send; until it comes, output gathers in the outbox
// and the front's bounds apply.
//
// Owner and thread: the I/O thread.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "broker/front/front.h"
#include "broker/net/closer.h"
#include "broker/net/probe.h"
#include "broker/net/socket_table.h"

namespace godwit::net {

class Flusher {
 public:
  struct Needs {
    front::Front& front;
    SocketTable& sockets;
    Closer& closer;
    StreamBuffers& buffers;
    IoProbe& probe;
  };
  explicit Flusher(const Needs& needs) : needs_(needs) {}

  // Numbers the turn, so that a later question can be answered: was something said in it?
  void begin_turn() { turn_number_ = turn_number_ == UINT32_MAX ? 1 : turn_number_ + 1; }
  [[nodiscard]] bool sent_this_turn(front::ConnectionIndex index) const {
    return needs_.sockets.at(index).last_sent_turn == turn_number_;
  }

  // Sends for all that the front lists as dirty and that do not wait for their socket already.
  // False if the list was empty.
  bool flush_dirty(front::Turn& turn);
  void flush(front::ConnectionIndex index, front::Turn& turn);
  // The socket takes bytes again.
  void writable(front::ConnectionIndex index, front::Turn& turn) { send(index, turn); }

 private:
  enum class Outcome : std::uint8_t { kAllSent, kWait, kFailed };

  // 64 chunks of 16 KiB: as much as a write buffer holds by default.
  static constexpr std::size_t kChunksMax = 64;
  // Sends to one connection in a row when the front refills its outbox; the rest waits for the next
  // turn, so that one fast reader of a long queue does not hold up the others.
  static constexpr unsigned kSendsMax = 4;

  void send(front::ConnectionIndex index, front::Turn& turn);
  Outcome send_plain(front::ConnectionIndex index, front::Turn& turn);
  Outcome send_encoded(front::ConnectionIndex index, front::Turn& turn);
  Outcome send_unsent(front::ConnectionIndex index);
  // How many bytes the socket took: 0 if it is full, -1 if it has failed.
  ssize_t write(front::ConnectionIndex index, std::span<const ByteView> chunks);

  const Needs needs_;
  std::uint32_t turn_number_ = 0;
  // Reused from turn to turn.
  std::vector<front::ConnectionIndex> dirty_;
  std::array<ByteView, kChunksMax> chunks_;
  std::array<iovec, kChunksMax> vectors_{};
};

}  // namespace godwit::net
