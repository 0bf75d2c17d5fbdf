#include "broker/mqtt/frame.h"

namespace godwit::mqtt {
namespace {

constexpr std::size_t kLengthBytesMax = 4;

// The fixed header, once it is all there.
struct Header {
  std::size_t size = 0;  // 0: more bytes are needed.
  std::size_t packet_size = 0;
};

DecodeResult<Header> read_header(ByteView input, std::uint32_t maximum_packet_size) {
  if (input.empty()) {
    return Header{};
  }
  if ((input[0] >> 4U) == std::byte{0}) {
    return fail(DecodeError{ReasonCode::kMalformedPacket, 0, "packet type is 0"});  // E-111
  }
  std::size_t remaining_length = 0;
  for (std::size_t i = 0; i < kLengthBytesMax; ++i) {
    const std::size_t at = 1 + i;
    if (at == input.size()) {
      return Header{};
    }
    const auto byte = std::to_integer<std::uint8_t>(input[at]);
    remaining_length |= std::size_t{byte & 0x7FU} << (7 * i);
    if ((byte & 0x80U) != 0) {
      continue;
    }
    if (byte == 0 && i != 0) {  // MQTT-1.5.5-1
      return fail(DecodeError{ReasonCode::kMalformedPacket, at, "remaining length is padded"});
    }
    const std::size_t packet_size = at + 1 + remaining_length;
    if (packet_size > maximum_packet_size) {  // MQTT-3.2.2-15, E-059
      return fail(DecodeError{ReasonCode::kPacketTooLarge, 1, "packet is too large"});
    }
    return Header{at + 1, packet_size};
  }
  return fail(DecodeError{ReasonCode::kMalformedPacket, kLengthBytesMax,
                          "remaining length has over four bytes"});
}

}  // namespace

DecodeResult<std::optional<std::size_t>> peek_packet_size(ByteView input,
                                                          std::uint32_t maximum_packet_size) {
  const auto header = read_header(input, maximum_packet_size);
  if (!header) {
    return fail(header.error());
  }
  if (header->size == 0) {
    return std::nullopt;
  }
  return header->packet_size;
}

DecodeResult<std::optional<Frame>> next_frame(ByteView input, std::uint32_t maximum_packet_size) {
  const auto header = read_header(input, maximum_packet_size);
  if (!header) {
    return fail(header.error());
  }
  if (header->size == 0 || header->packet_size > input.size()) {
    return std::nullopt;
  }
  const auto first = std::to_integer<std::uint8_t>(input[0]);
  const ByteView bytes = input.first(header->packet_size);
  return Frame{static_cast<PacketType>(first >> 4U), static_cast<std::uint8_t>(first & 0x0FU),
               bytes.subspan(header->size), bytes};
}

}  // namespace godwit::mqtt
