// Any bytes as a stream of packets. The first byte picks version, sender and limits. What decodes
// must go to bytes and come back the same, and every list in it can be walked.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "tests/unit/mqtt/describe.h"

namespace godwit::mqtt {
namespace {

DecodeContext context_of(std::uint8_t choice) {
  constexpr ProtocolVersion kVersions[] = {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1,
                                           ProtocolVersion::k5_0, ProtocolVersion::k5_0};
  DecodeContext context;
  context.version = kVersions[choice & 3U];
  context.sender = (choice & 4U) != 0 ? Sender::kServer : Sender::kClient;
  if ((choice & 8U) != 0) {
    context.limits = {.maximum_packet_size = 64, .topic_levels_max = 3, .user_properties_max = 2};
  }
  return context;
}

// A server can say the reason: the encoder would end the process otherwise.
void check_error(const DecodeError& error, const Frame& frame) {
  const PacketType answer =
      frame.type == PacketType::kConnect ? PacketType::kConnack : PacketType::kDisconnect;
  CHECK(reason_code_allowed(error.reason, answer, Sender::kServer));
  CHECK(error.offset <= frame.bytes.size() && !error.what.empty());
}

void check_way_back(const Packet& packet, const DecodeContext& context) {
  Bytes bytes;
  encode(packet, context.version, bytes);
  const auto frame = next_frame(bytes, kPacketSizeCeiling);
  CHECK(frame && frame->has_value() && (*frame)->bytes.size() == bytes.size());
  const auto again = decode_packet(**frame, context);
  CHECK(again.has_value());
  CHECK(test::describe(*again) == test::describe(packet));
  if (const auto* publish = std::get_if<Publish>(&packet)) {
    CHECK(encoded_size(*publish, context.version) == bytes.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  DecodeContext context = context_of(data[0]);
  ByteView rest(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  while (true) {
    const auto frame = next_frame(rest, context.limits.maximum_packet_size);
    if (!frame || !frame->has_value()) {
      return 0;
    }
    rest = rest.subspan((*frame)->bytes.size());
    const auto packet = decode_packet(**frame, context);
    if (!packet) {
      check_error(packet.error(), **frame);
      continue;
    }
    if (const auto* connect = std::get_if<Connect>(&*packet)) {
      context.version = connect->version;
    }
    check_way_back(*packet, context);
  }
}

}  // namespace godwit::mqtt
