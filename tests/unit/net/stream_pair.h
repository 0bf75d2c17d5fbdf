// A client's stream and a server's, and the bytes between them, carried by hand.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "broker/net/stream.h"

namespace godwit::net::test {

// One end: what comes out of it is kept.
class StreamEnd final : public DecodedSink {
 public:
  explicit StreamEnd(std::unique_ptr<Stream> stream,
                     std::size_t scratch_bytes = std::size_t{64} << 10U)
      : buffers(scratch_bytes), stream_(std::move(stream)) {}

  void ready(const PeerFacts& its_facts) override {
    facts = its_facts;
    ++times_ready;
  }
  void decoded(std::span<std::byte> bytes) override { append(received, bytes); }

  [[nodiscard]] Stream& stream() { return *stream_; }
  void start() { stream_->start(buffers); }
  // Encodes and keeps it to be carried.
  void send(ByteView bytes) { stream_->keep_unsent(stream_->encode({&bytes, 1}, buffers)); }
  void finish() { stream_->finish(buffers); }
  // What it has to send, at most `count` bytes.
  [[nodiscard]] Bytes take_unsent(std::size_t count = SIZE_MAX);
  // Feeds bytes of the wire, which are changed.
  void feed(std::span<std::byte> bytes);

  Bytes received;
  PeerFacts facts;
  int times_ready = 0;
  StreamState state = StreamState::kOpen;
  StreamBuffers buffers;

 private:
  std::unique_ptr<Stream> stream_;
};

struct StreamPair {
  StreamPair(std::unique_ptr<Stream> its_client, std::unique_ptr<Stream> its_server,
             std::size_t scratch_bytes = std::size_t{64} << 10U)
      : client(std::move(its_client), scratch_bytes),
        server(std::move(its_server), scratch_bytes) {}

  // Carries bytes both ways, `piece` at a time, until both are silent.
  void carry(std::size_t piece = SIZE_MAX);
  // Starts the client and carries until both are ready, or one has failed.
  void connect(std::size_t piece = SIZE_MAX) {
    client.start();
    carry(piece);
  }

  StreamEnd client;
  StreamEnd server;
};

[[nodiscard]] std::unique_ptr<Stream> stream_of(std::unique_ptr<Transform> first,
                                                std::unique_ptr<Transform> second = nullptr,
                                                std::unique_ptr<Transform> third = nullptr);

}  // namespace godwit::net::test
