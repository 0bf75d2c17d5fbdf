// Cuts a stream of bytes into packets: fixed header and remaining length, nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "broker/mqtt/error.h"
#include "broker/mqtt/types.h"

namespace godwit::mqtt {

// One whole packet in the read buffer.
struct Frame {
  PacketType type{};
  std::uint8_t flags = 0;  // The lower half of the first byte.
  ByteView body;           // Variable header and payload.
  ByteView bytes;          // The whole packet, fixed header included.

  [[nodiscard]] std::size_t header_size() const { return bytes.size() - body.size(); }
};

// The size of the whole packet that begins at the start of `input`, as soon as its length field
// is complete; none if more bytes are needed to tell. So a reader can take a long packet straight
// into a buffer of its own. Errors: 0x81 for a length field of five bytes, a padded one
// (MQTT-1.5.5-1) or packet type 0; 0x95 over `maximum_packet_size`, decided before the body is
// there (E-059).
[[nodiscard]] DecodeResult<std::optional<std::size_t>> peek_packet_size(
    ByteView input, std::uint32_t maximum_packet_size);

// The packet at the start of `input`; none if it is not complete yet. Errors as above.
[[nodiscard]] DecodeResult<std::optional<Frame>> next_frame(ByteView input,
                                                            std::uint32_t maximum_packet_size);

}  // namespace godwit::mqtt
