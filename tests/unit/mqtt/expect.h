// Decoding as tests ask for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/mqtt/decoder.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {

// The one packet in `bytes`, by way of next_frame.
[[nodiscard]] DecodeResult<Packet> decode(ByteView bytes, const DecodeContext& context);

// The row decodes to its text.
void expect_decoded(const GoodRow& row);

// A packet (text as in wire.h) that must be refused, for this reason and at this byte.
struct BadRow {
  const char* name;
  const char* wire;
  ReasonCode reason;
  std::size_t offset;
};

void expect_refused(const BadRow& row, const DecodeContext& context);

// From a client of this version, within the default limits.
[[nodiscard]] DecodeContext client_of(ProtocolVersion version);
[[nodiscard]] DecodeContext server_of(ProtocolVersion version);

inline constexpr ReasonCode kMalformed = ReasonCode::kMalformedPacket;
inline constexpr ReasonCode kProtocol = ReasonCode::kProtocolError;

}  // namespace godwit::mqtt::test
