// The layer that speaks WebSocket, the server's side and the client's.
//
// Packets and frames need not begin together (MQTT-6.0.0-2): payloads are handed on as they come,
// unmasked in place and moved together, so a frame of any length costs no memory. Each packet goes
// out in a binary frame of its own, because Paho C (1.3) looks at what follows a packet in the same
// frame only when more bytes come; a packet that a flush cuts goes on in the next frame. No
// compression, no other extension.
//
// Bounds: the HTTP head, kHeadBytesMax; a control frame, 125 bytes. A flood of pings is answered
// as long as the peer takes the answers (kStreamUnsentMax of the I/O thread).
//
// Owner: its stream. Thread: that of the connection. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "broker/net/packet_borders.h"
#include "broker/net/transform.h"
#include "broker/net/websocket_frame.h"
#include "broker/net/websocket_handshake.h"

namespace godwit::net {

class WebSocketTransform : public Transform {
 public:
  static constexpr std::size_t kHeadBytesMax = std::size_t{8} << 10U;

  [[nodiscard]] Layer layer() const override { return Layer::kWebSocket; }
  [[nodiscard]] bool ready() const override { return upgraded_; }
  [[nodiscard]] std::string problem() const override { return problem_; }

  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                Bytes& reply) override;
  void outbound(std::span<const ByteView> input, Bytes& output) override;
  void finish(Bytes& output) override { say_close(kWebSocketNormal, output); }

 protected:
  // Frames of the peer are masked, or ours are: exactly one of the two (section 5.1).
  explicit WebSocketTransform(bool peer_masks) : peer_masks_(peer_masks) {}

  // The peer's HTTP head, complete. False, with `problem` set, if this ends here.
  [[nodiscard]] virtual bool take_head(std::string_view head, Bytes& reply) = 0;
  // What came is no head, or longer than kHeadBytesMax; `problem` says which.
  virtual void refuse_head(Bytes& reply) = 0;
  virtual WebSocketMask next_mask() { return {}; }

  // `problem`: a literal.
  bool fail_with(std::string_view problem) {
    problem_ = problem.data();
    return false;
  }

 private:
  [[nodiscard]] Bytes& kept();
  [[nodiscard]] Inbound inbound_head(std::span<std::byte> input, Bytes& reply);
  [[nodiscard]] Inbound fail_head(const char* problem, Bytes& reply);
  [[nodiscard]] Inbound inbound_frames(std::span<std::byte> input, Bytes& reply);
  // Takes bytes of a header; how many. `in_frame_` once it is complete.
  std::size_t take_header(ByteView input, Bytes& reply);
  void begin_frame(const WebSocketHeader& header, Bytes& reply);
  // A frame has come to its end.
  void end_frame(Bytes& reply);
  void take_close(Bytes& reply);

  void error(const WebSocketError& what, Bytes& reply);
  // Appends one frame.
  void say(WebSocketOpcode opcode, std::span<const ByteView> payload, Bytes& output);
  void say_close(std::uint16_t code, Bytes& output);

  // Half an HTTP head, then half a control frame's payload. Null while there is nothing.
  std::unique_ptr<Bytes> kept_;
  PacketBorders outgoing_;
  std::uint64_t payload_left_ = 0;
  const char* problem_ = "";                                  // A literal.
  std::array<std::byte, kWebSocketHeaderBytesMax> header_{};  // Half a header.
  std::uint8_t header_size_ = 0;
  WebSocketMask mask_{};  // From the next byte of the payload on.
  WebSocketOpcode opcode_{};
  StreamState state_ = StreamState::kOpen;
  const bool peer_masks_;
  bool upgraded_ = false;
  bool in_frame_ = false;
  bool last_ = true;
  bool in_message_ = false;  // The message goes on in the next data frame.
  bool said_close_ = false;
};

class WebSocketServer final : public WebSocketTransform {
 public:
  explicit WebSocketServer(std::shared_ptr<const WebSocketSettings> settings)
      : WebSocketTransform(true), settings_(std::move(settings)) {}

 private:
  [[nodiscard]] bool take_head(std::string_view head, Bytes& reply) override;
  void refuse_head(Bytes& reply) override;

  const std::shared_ptr<const WebSocketSettings> settings_;
};
// The stream and this are what an idle WebSocket costs.
static_assert(sizeof(WebSocketServer) <= 88);

class WebSocketClient final : public WebSocketTransform {
 public:
  // `random` outlives it; masks and the key come from it. `host`: as a URL has it, with the port.
  WebSocketClient(std::string host, std::string path, Random& random);

  void start(Bytes& output) override;

 private:
  [[nodiscard]] bool take_head(std::string_view head, Bytes& reply) override;
  void refuse_head(Bytes& reply) override;
  WebSocketMask next_mask() override;

  const std::string host_;
  const std::string path_;
  std::array<std::byte, 16> key_{};
  Random& random_;
};

}  // namespace godwit::net
