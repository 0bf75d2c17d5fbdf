// Good packets as tables of commented bytes, a table a family. Each row is decoded and compared
// field by field where it stands; every_packet_test.cc does the rest with all of them: cuts,
// surplus bytes, wrong flags, splits, the way back to bytes.
#pragma once

#include <span>
#include <vector>

#include "broker/mqtt/decoder.h"
#include "broker/mqtt/types.h"

namespace godwit::mqtt::test {

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of reading.
struct GoodRow {
  const char* name;
  ProtocolVersion version;
  Sender sender;
  const char* wire;     // As in wire.h.
  const char* decoded;  // As in describe.h.
  // Whether the encoder writes the same bytes: not where the standard has a shorter form.
  bool canonical = true;
};

// NOLINTBEGIN(readability-identifier-naming): underscores stand for the dots.
inline constexpr ProtocolVersion k3_1 = ProtocolVersion::k3_1;
inline constexpr ProtocolVersion k3_1_1 = ProtocolVersion::k3_1_1;
inline constexpr ProtocolVersion k5_0 = ProtocolVersion::k5_0;
// NOLINTEND(readability-identifier-naming)
inline constexpr Sender kClient = Sender::kClient;
inline constexpr Sender kServer = Sender::kServer;

[[nodiscard]] std::span<const GoodRow> connect_rows();
[[nodiscard]] std::span<const GoodRow> connack_rows();
[[nodiscard]] std::span<const GoodRow> publish_rows();
[[nodiscard]] std::span<const GoodRow> publish_ack_rows();
[[nodiscard]] std::span<const GoodRow> subscribe_rows();
[[nodiscard]] std::span<const GoodRow> unsubscribe_rows();
[[nodiscard]] std::span<const GoodRow> disconnect_rows();  // And PINGREQ, PINGRESP, AUTH.

[[nodiscard]] std::vector<GoodRow> all_good_rows();

}  // namespace godwit::mqtt::test
