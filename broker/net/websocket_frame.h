// The frames of a WebSocket (RFC 6455, section 5) as values and bytes.
//
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace godwit::net {

enum class WebSocketOpcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

using WebSocketMask = std::array<std::byte, 4>;

// Section 7.4.1; those we send.
inline constexpr std::uint16_t kWebSocketNormal = 1000;
inline constexpr std::uint16_t kWebSocketProtocolError = 1002;
inline constexpr std::uint16_t kWebSocketUnacceptable = 1003;

struct WebSocketError {
  std::uint16_t close_code;
  std::string_view what;  // A literal.
};

inline constexpr std::size_t kWebSocketHeaderBytesMax = 14;
inline constexpr std::size_t kWebSocketControlBytesMax = 125;

struct WebSocketHeader {
  WebSocketOpcode opcode{};
  bool last = true;  // Of its message.
  std::uint64_t payload_bytes = 0;
  std::optional<WebSocketMask> mask;
  std::size_t size = 0;  // Bytes of the header.

  [[nodiscard]] bool control() const { return opcode >= WebSocketOpcode::kClose; }
};

// The header at the start of `bytes`; none while it is not complete. Everything that section 5.2
// and 5.5 forbid in a single frame is an error; no extension is spoken, so none may set its bits.
[[nodiscard]] Result<std::optional<WebSocketHeader>, WebSocketError> parse_websocket_header(
    ByteView bytes);

void append_websocket_header(const WebSocketHeader& header, Bytes& output);

// Masks or unmasks bytes of a payload of which the first is number `offset`.
void apply_websocket_mask(std::span<std::byte> bytes, const WebSocketMask& mask,
                          std::uint64_t offset);

}  // namespace godwit::net
