// The chain of layers of one connection, and the encoded bytes its socket has not taken yet.
//
// Plain TCP has no stream at all: the reader and the flusher look at a null pointer and go on with
// the socket's own bytes, without a virtual call or a copy.
//
// Owner: the socket's entry in the table; moves with the connection. Thread: that of the
// connection.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
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
  // Valid during the call.
  virtual void decoded(std::span<std::byte> bytes) = 0;
};

class Stream {
 public:
  // The layer nearest to the socket first. Not empty.
  explicit Stream(std::vector<std::unique_ptr<Transform>> chain);

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
  StreamState push(std::size_t layer, std::span<std::byte> input, StreamBuffers& buffers,
                   DecodedSink& sink);
  // Appends to `output` what becomes of `chunks` below the first `layers` layers.
  void encode_through(std::size_t layers, std::span<const ByteView> chunks, StreamBuffers& buffers,
                      Bytes& output);

  std::vector<std::unique_ptr<Transform>> chain_;
  Bytes unsent_;
  std::size_t unsent_begin_ = 0;
  bool finished_ = false;
};

}  // namespace godwit::net
