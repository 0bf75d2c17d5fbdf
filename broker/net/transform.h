// One layer between a socket and the packets: PROXY header, TLS, WebSocket.
//
//   socket → [PROXY] → [TLS] → [WebSocket] → decoder
//
// A layer turns spans into spans. It is pure (no socket, no clock) and so is tested and fuzzed
// alone; broker/net/stream.h puts layers into a chain. It takes all input it is shown and keeps
// only what it cannot finish yet: half a frame header, half a TLS record.
//
// TLS (tls_transform.h) decrypts into `scratch` and says `more` while that was filled; WebSocket
// (websocket.h) unmasks inside `input` and moves payloads together, so that one span comes out;
// PROXY (proxy_transform.h) swallows its header, passes the rest on and takes no further part.
//
// Owner: its stream. Thread: that of the connection, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace godwit::net {

enum class StreamState : std::uint8_t {
  kOpen,
  kClosed,  // The peer has ended the stream in the layer's own way.
  kFailed,  // The bytes are not what the layer speaks. What it says about it is in its reply.
};

enum class Layer : std::uint8_t { kProxy, kTls, kWebSocket, kCount };

[[nodiscard]] constexpr std::string_view layer_name(Layer layer) {
  constexpr std::string_view kNames[] = {"proxy", "tls", "websocket", "none"};
  return kNames[static_cast<std::size_t>(layer)];
}

// What the layers learn of a peer before it says anything to the decoder.
struct PeerFacts {
  std::string address;  // By a PROXY header: "192.0.2.7:40312"; empty: what the socket says.
  std::string certificate_name;  // Proven by a client certificate; empty: none.
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

  [[nodiscard]] virtual Layer layer() const = 0;
  // Its handshake is done: what is sent through it now reaches the peer's decoder.
  [[nodiscard]] virtual bool ready() const = 0;
  // False once it passes all bytes on unchanged, for ever: its stream drops it then.
  [[nodiscard]] virtual bool needed() const { return true; }
  // Adds what it knows. Asked once, when it is ready.
  virtual void tell(PeerFacts& /*facts*/) const {}
  // After kFailed: what was wrong, in a few words of ours for the log.
  [[nodiscard]] virtual std::string problem() const { return {}; }

  // The side that speaks first appends its first words; the layers below are ready.
  virtual void start(Bytes& /*output*/) {}

  // Bytes from the peer's side. All are taken; they may be overwritten and stay valid until a call
  // says that there is no more. `scratch` is the thread's second buffer; at most one layer of a
  // chain may use it. `reply`: appended to, for the peer (handshakes, pongs, alerts).
  [[nodiscard]] virtual Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                        Bytes& reply) = 0;

  // The bytes of one flush, in order, as they are to reach the peer's decoder; appended to
  // `output` in this layer's form: a WebSocket frame a packet, as few TLS records as can be.
  virtual void outbound(std::span<const ByteView> input, Bytes& output) = 0;

  // Nothing more is sent: the layer's goodbye (close frame, close_notify), if it has one.
  virtual void finish(Bytes& output) = 0;
};

}  // namespace godwit::net
