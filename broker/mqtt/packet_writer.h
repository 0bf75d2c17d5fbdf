// Private to the room: the parts that several packets share when they are written.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/packet.h"
#include "broker/mqtt/writer.h"

namespace godwit::mqtt {

inline constexpr std::size_t kRemainingLengthMax = 268'435'455;

struct FixedHeader {
  PacketType type{};
  std::uint8_t flags = 0;
  std::size_t remaining_length = 0;
};

[[nodiscard]] inline std::size_t packet_size(std::size_t remaining_length) {
  CHECK(remaining_length <= kRemainingLengthMax);
  return 1 + varint_size(static_cast<std::uint32_t>(remaining_length)) + remaining_length;
}

inline void write_fixed_header(Writer& writer, const FixedHeader& header) {
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(header.type) << 4U | header.flags));
  writer.varint(static_cast<std::uint32_t>(header.remaining_length));
}

// A writer for one whole packet.
class PacketWriter : public Writer {
 public:
  PacketWriter(Bytes& out, const FixedHeader& header)
      : Writer(out, packet_size(header.remaining_length)) {
    write_fixed_header(*this, header);
  }

  void packet_id(PacketId id) {
    CHECK(id != kNoPacketId);
    u16(id.value());
  }
  void reason_code(ReasonCode code) { u8(static_cast<std::uint8_t>(code)); }
  // Property length and list; nothing before 5.0 (E-116).
  void properties(PropertiesView properties, ProtocolVersion version) {
    if (is_v5(version)) {
      varint(static_cast<std::uint32_t>(properties.raw().size()));  // MQTT-2.2.2-1
      raw(properties.raw());
    }
  }
  // What `properties` writes.
  [[nodiscard]] static std::size_t properties_size(PropertiesView properties,
                                                   ProtocolVersion version) {
    if (!is_v5(version)) {
      return 0;
    }
    const std::size_t size = properties.raw().size();
    CHECK(size <= kRemainingLengthMax);
    return varint_size(static_cast<std::uint32_t>(size)) + size;
  }
};

// A code that neither end may put into this packet is our bug (annex B).
inline void check_reason_code(ReasonCode code, PacketType type) {
  CHECK(reason_code_allowed(code, type, Sender::kServer) ||
        reason_code_allowed(code, type, Sender::kClient));
}

}  // namespace godwit::mqtt
