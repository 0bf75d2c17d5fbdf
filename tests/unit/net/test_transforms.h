// Layers for tests, shaped like the real ones to come.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "broker/net/transform.h"

namespace godwit::net::test {

// Like WebSocket: frames of a length byte and masked bytes, decoded in place; a frame that begins
// with `?` is a question that it answers itself, an empty frame the end. Keeps half a frame.
class FrameTransform final : public Transform {
 public:
  static constexpr std::byte kMask{0x5A};
  static constexpr std::size_t kFrameMax = 255;

  [[nodiscard]] Layer layer() const override { return Layer::kWebSocket; }
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                Bytes& reply) override;
  void outbound(std::span<const ByteView> input, Bytes& output) override;
  void finish(Bytes& output) override { output.push_back(std::byte{0}); }

  // As a peer would write it.
  [[nodiscard]] static Bytes frame(std::string_view text);

 private:
  Bytes kept_;
  Bytes unmasked_;  // Frames that began in an earlier input.
};

// Like TLS: pairs of bytes that differ by one, decoded into scratch, in more than one go if scratch
// is small; a broken pair is a failure that it tells the peer about.
class DoublingTransform final : public Transform {
 public:
  [[nodiscard]] Layer layer() const override { return Layer::kTls; }
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                Bytes& reply) override;
  void outbound(std::span<const ByteView> input, Bytes& output) override;
  void finish(Bytes& output) override;

  [[nodiscard]] static Bytes doubled(ByteView bytes);

 private:
  Bytes kept_;
  std::size_t kept_begin_ = 0;
};

}  // namespace godwit::net::test
