// The chain of layers of one connection, and the encoded bytes its socket has not taken yet.
//
// Plain TCP has no stream at all: the reader and the flusher look at a null pointer and go on with
// the socket's own bytes, without a virtual call or a copy.
//
// Owner: the socket's entry in the table; moves with the connection. Thread: that of the
// connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "broker/net/transform.h"

namespace godwit::net {

// What all streams of one thread work in, so that none owns a buffer between turns.
struct StreamBuffers {
  explicit StreamBuffers(std::size_t scratch_bytes) : scratch(scratch_bytes) {}

  std::vector<std::byte> scratch;
  Bytes reply;
  Bytes encoded;
  Bytes between;  // Two layers' worth: encoded by the inner, input of the outer.
};

// Takes what comes out of a chain.
class DecodedSink {
 public:
  virtual ~DecodedSink() = default;
  // All handshakes are done. Called once, before the first `decoded`.
  virtual void ready(const PeerFacts& facts) = 0;
  // Valid during the call.
  virtual void decoded(std::span<std::byte> bytes) = 0;
};

class Stream {
 public:
  static constexpr std::size_t kLayersMax = 3;

  // The layer nearest to the socket first. At least one, at most kLayersMax.
  explicit Stream(std::vector<std::unique_ptr<Transform>> chain);

  // For the side that connects: puts the first words of the layers into `unsent`. Layers without a
  // handshake are ready then, which no sink is told.
  void start(StreamBuffers& buffers);
  // All handshakes are done; before that nothing is to be encoded.
  [[nodiscard]] bool ready() const { return ready_; }
  // Every layer has done its part and gone: the socket's bytes are the decoder's.
  [[nodiscard]] bool transparent() const { return layer_count_ == 0 && unsent().empty(); }

  // What the layers that are ready know of the peer; of those that are still there.
  [[nodiscard]] PeerFacts facts() const;

  // Why `receive` said kFailed.
  struct Failure {
    Layer layer = Layer::kCount;
    std::string what;
  };
  [[nodiscard]] Failure failure() const;

  // Bytes of the socket, all taken, possibly overwritten. What comes out goes to `sink` in order;
  // what the layers answer goes behind `unsent`. Anything but kOpen: show no more.
  [[nodiscard]] StreamState receive(std::span<std::byte> input, StreamBuffers& buffers,
                                    DecodedSink& sink);

  // Encodes the bytes of one flush. Valid until `buffers` is used again: what the socket does not
  // take of it is given to `keep_unsent`. Only while nothing is unsent, so that order is kept.
  [[nodiscard]] ByteView encode(std::span<const ByteView> chunks, StreamBuffers& buffers);
  void keep_unsent(ByteView bytes);
  // Appends the goodbyes of all layers to `unsent`, once.
  void finish(StreamBuffers& buffers);

  // Encoded bytes for the socket, before anything newly encoded.
  [[nodiscard]] ByteView unsent() const { return ByteView(unsent_).subspan(unsent_begin_); }
  void sent(std::size_t count);

 private:
  [[nodiscard]] bool all_ready() const;
  void start_layers(StreamBuffers& buffers);
  void become_ready(DecodedSink& sink);
  void drop_layers_done();
  StreamState push(std::size_t layer, std::span<std::byte> input, StreamBuffers& buffers,
                   DecodedSink& sink);
  // Appends to `output` what becomes of `chunks` below the first `layers` layers.
  void encode_through(std::size_t layers, std::span<const ByteView> chunks, StreamBuffers& buffers,
                      Bytes& output);

  using Layers = std::span<const std::unique_ptr<Transform>>;
  [[nodiscard]] Layers layers() const { return Layers(chain_).first(layer_count_); }

  // In place: an idle WebSocket may cost 200 bytes more than plain TCP.
  std::array<std::unique_ptr<Transform>, kLayersMax> chain_;
  Bytes unsent_;
  std::uint32_t unsent_begin_ = 0;
  std::uint8_t layer_count_ = 0;
  std::uint8_t started_ = 0;  // So many layers have said their first words.
  std::uint8_t failed_ = 0;   // The layer that said kFailed.
  bool ready_ = false;
  bool finished_ = false;
};
// 24 of layers, 24 of unsent bytes, 9 of numbers.
static_assert(sizeof(Stream) <= 64);

}  // namespace godwit::net
