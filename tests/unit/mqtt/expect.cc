#include "tests/unit/mqtt/expect.h"

#include <gtest/gtest.h>

#include "tests/unit/mqtt/describe.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {

DecodeResult<Packet> decode(ByteView bytes, const DecodeContext& context) {
  const auto frame = next_frame(bytes, context.limits.maximum_packet_size);
  if (!frame) {
    return fail(frame.error());
  }
  if (!frame->has_value() || (*frame)->bytes.size() != bytes.size()) {
    ADD_FAILURE() << "not exactly one packet: " << to_hex(bytes);
    return fail(DecodeError{ReasonCode::kUnspecifiedError, 0, "the test's bytes are wrong"});
  }
  return decode_packet(**frame, context);
}

void expect_decoded(const GoodRow& row) {
  SCOPED_TRACE(row.name);
  const HeapCopy bytes(wire(row.wire));
  const auto packet = decode(
      bytes.view(), DecodeContext{.version = row.version, .sender = row.sender, .limits = {}});
  if (!packet) {
    ADD_FAILURE() << packet.error().what << " at " << packet.error().offset;
    return;
  }
  EXPECT_EQ(describe(*packet), row.decoded);
}

void expect_refused(const BadRow& row, const DecodeContext& context) {
  SCOPED_TRACE(row.name);
  const HeapCopy bytes(wire(row.wire));
  const auto packet = decode(bytes.view(), context);
  if (packet) {
    ADD_FAILURE() << "accepted as " << describe(*packet);
    return;
  }
  const DecodeError& error = packet.error();
  EXPECT_EQ(reason_code_name(error.reason), reason_code_name(row.reason)) << error.what;
  EXPECT_EQ(error.offset, row.offset) << error.what;
  EXPECT_FALSE(error.what.empty());
}

DecodeContext client_of(ProtocolVersion version) {
  return {.version = version, .sender = Sender::kClient, .limits = {}};
}

DecodeContext server_of(ProtocolVersion version) {
  return {.version = version, .sender = Sender::kServer, .limits = {}};
}

}  // namespace godwit::mqtt::test
