// One layer between a socket and the packets: PROXY header, TLS, WebSocket.
//
//   socket → [PROXY] → [TLS] → [WebSocket] → decoder
//
// A layer turns spans into spans. It is pure (no socket, no clock) and so is tested and fuzzed
// alone; broker/net/stream.h puts layers into a chain. It takes all input it is shown and keeps
// only what it cannot finish yet: half a frame header, half a TLS record.
//
// How the planned layers fit: TLS writes `input` to a memory BIO and reads into `scratch`, saying
// `more` while scratch was filled; WebSocket unmasks inside `input` and moves payloads together, so
// that one span comes out; PROXY swallows its header and passes the rest on.
//
// Owner: its stream. Thread: that of the connection, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace godwit::net {

enum class StreamState : std::uint8_t {
  kOpen,
  kClosed,  // The peer has ended the stream in the layer's own way.
  kFailed,  // The bytes are not what the layer speaks. What it says about it is in its reply.
};

class Transform {
 public:
  struct Inbound {
    // What came out: inside `input`, or at the start of `scratch`. Valid until the next call.
    std::span<std::byte> output;
    StreamState state = StreamState::kOpen;
    // More of what was taken comes out of a call with empty input.
    bool more = false;
  };

  virtual ~Transform() = default;

  // Bytes from the peer's side. All are taken; they may be overwritten and stay valid until a call
  // says that there is no more. `scratch` is the thread's second buffer; at most one layer of a
  // chain may use it. `reply`: appended to, for the peer (handshakes, pongs, alerts).
  [[nodiscard]] virtual Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                        Bytes& reply) = 0;

  // The bytes of one flush, in order, as they are to reach the peer's decoder; appended to
  // `output` in this layer's form: one WebSocket frame, as few TLS records as can be.
  virtual void outbound(std::span<const ByteView> input, Bytes& output) = 0;

  // Nothing more is sent: the layer's goodbye (close frame, close_notify), if it has one.
  virtual void finish(Bytes& output) = 0;
};

}  // namespace godwit::net
