// The way in: one read a turn and connection, into a buffer that the thread owns, parsed where it
// lies. Only what the front cannot use yet is kept with the connection.
//
// A packet that misses much is received straight into its own memory (rest.h), which grows with
// what has arrived; the bytes behind it go to the thread's buffer in the same call.
//
// Owner and thread: the I/O thread.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "broker/front/front.h"
#include "broker/net/closer.h"
#include "broker/net/probe.h"
#include "broker/net/socket_table.h"

namespace godwit::net {

class Reader {
 public:
  struct Needs {
    front::Front& front;
    SocketTable& sockets;
    Closer& closer;
    StreamBuffers& buffers;
    IoProbe& probe;
    const Log& log;
  };
  Reader(const Needs& needs, std::size_t buffer_bytes) : needs_(needs), buffer_(buffer_bytes) {}

  // Reads once; only while the front wants input of this connection. Losses go to the closer.
  void read(front::ConnectionIndex index, front::Turn& turn);
  // Shows the front what was kept while its input was held back.
  void resume(front::ConnectionIndex index, front::Turn& turn);

 private:
  // From here on a missing rest of a packet is received without a copy.
  static constexpr std::size_t kStraightFrom = std::size_t{16} << 10U;
  // Until a client has been answered it has not shown who it is: no more of it is held in memory
  // than a CONNECT may be long.
  static constexpr std::size_t kUnansweredReadBytes = std::size_t{64} << 10U;

  class StreamSink;

  void read_straight(front::ConnectionIndex index, std::size_t missing, front::Turn& turn);
  void read_stream(front::ConnectionIndex index, std::size_t count, front::Turn& turn);
  // A layer cannot make sense of what came.
  void stream_failed(front::ConnectionIndex index);
  void end_stream(front::ConnectionIndex index);
  // What a read says besides bytes: the end, an error, or nothing after all.
  void nothing_read(front::ConnectionIndex index, ssize_t result);
  // Shows the front `input` behind what is kept, and keeps what is left.
  void deliver(front::ConnectionIndex index, ByteView input, front::Turn& turn);
  void show_rest(front::ConnectionIndex index, front::Turn& turn);

  const Needs needs_;
  std::vector<std::byte> buffer_;
};

}  // namespace godwit::net
