#include "broker/net/websocket_frame.h"

#include <cstring>

namespace godwit::net {
namespace {

constexpr unsigned kLast = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr unsigned kLengthIn2Bytes = 126;
constexpr unsigned kLengthIn8Bytes = 127;

auto wrong(std::string_view what) { return fail(WebSocketError{kWebSocketProtocolError, what}); }

bool is_opcode(unsigned code) { return code <= 0x2 || (code >= 0x8 && code <= 0xA); }

std::uint64_t big_endian(ByteView bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes) {
    number = number << 8U | std::to_integer<std::uint64_t>(byte);
  }
  return number;
}

void append_big_endian(std::uint64_t number, unsigned bytes, Bytes& output) {
  while (bytes-- > 0) {
    output.push_back(static_cast<std::byte>(number >> (8U * bytes)));
  }
}

std::string_view fault_of(const WebSocketHeader& header, std::size_t length_bytes) {
  if (header.control() && (!header.last || length_bytes != 0)) {
    return "a control frame in pieces or over 125 bytes";
  }
  // As few bytes as do: one text for each length.
  if ((length_bytes == 2 && header.payload_bytes < kLengthIn2Bytes) ||
      (length_bytes == 8 && header.payload_bytes <= UINT16_MAX)) {
    return "a length in more bytes than it needs";
  }
  if (header.payload_bytes >> 63U != 0) {
    return "a length of 2^63 or more";
  }
  return {};
}

}  // namespace

Result<std::optional<WebSocketHeader>, WebSocketError> parse_websocket_header(ByteView bytes) {
  constexpr std::size_t kFirst = 2;
  if (bytes.size() < kFirst) {
    return std::optional<WebSocketHeader>();
  }
  const auto first = std::to_integer<unsigned>(bytes[0]);
  const auto second = std::to_integer<unsigned>(bytes[1]);
  if ((first & kReserved) != 0 || !is_opcode(first & kOpcode)) {
    return wrong("reserved bits or an unknown opcode");
  }
  const unsigned length = second & kLength;
  const std::size_t length_bytes = length == kLengthIn8Bytes   ? 8
                                   : length == kLengthIn2Bytes ? 2
                                                               : 0;
  const bool masked = (second & kMasked) != 0;
  WebSocketHeader header{.opcode = static_cast<WebSocketOpcode>(first & kOpcode),
                         .last = (first & kLast) != 0,
                         .payload_bytes = length,
                         .mask = {},
                         .size = kFirst + length_bytes + (masked ? sizeof(WebSocketMask) : 0)};
  if (bytes.size() < header.size) {
    return std::optional<WebSocketHeader>();
  }
  if (length_bytes != 0) {
    header.payload_bytes = big_endian(bytes.subspan(kFirst, length_bytes));
  }
  if (masked) {
    std::memcpy(header.mask.emplace().data(), &bytes[kFirst + length_bytes], sizeof(WebSocketMask));
  }
  const std::string_view fault = fault_of(header, length_bytes);
  if (!fault.empty()) {
    return wrong(fault);
  }
  return header;
}

void append_websocket_header(const WebSocketHeader& header, Bytes& output) {
  output.push_back(
      static_cast<std::byte>((header.last ? kLast : 0U) | static_cast<unsigned>(header.opcode)));
  const std::uint64_t size = header.payload_bytes;
  const unsigned length = size < kLengthIn2Bytes ? static_cast<unsigned>(size)
                          : size <= UINT16_MAX   ? kLengthIn2Bytes
                                                 : kLengthIn8Bytes;
  output.push_back(static_cast<std::byte>((header.mask ? kMasked : 0U) | length));
  if (length >= kLengthIn2Bytes) {
    append_big_endian(size, length == kLengthIn2Bytes ? 2 : 8, output);
  }
  if (header.mask) {
    append(output, *header.mask);
  }
}

void apply_websocket_mask(std::span<std::byte> bytes, const WebSocketMask& mask,
                          std::uint64_t offset) {
  // Eight at a time, by a mask that begins where the bytes do.
  std::array<std::byte, 8> pattern{};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    pattern[i] = mask[(offset + i) % mask.size()];
  }
  std::uint64_t wide = 0;
  std::memcpy(&wide, pattern.data(), sizeof(wide));
  std::size_t i = 0;
  for (; i + sizeof(wide) <= bytes.size(); i += sizeof(wide)) {
    std::uint64_t word = 0;
    std::memcpy(&word, &bytes[i], sizeof(word));
    word ^= wide;
    std::memcpy(&bytes[i], &word, sizeof(word));
  }
  for (; i < bytes.size(); ++i) {
    bytes[i] ^= pattern[i % pattern.size()];
  }
}

}  // namespace godwit::net
