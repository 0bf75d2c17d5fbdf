// Any bytes through the cutter of packets. The first two bytes bound the size. A size that is told
// stays the same when more bytes come, and the packet appears with its last byte, not before.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "broker/mqtt/frame.h"

namespace godwit::mqtt {
namespace {

void check_first_packet(ByteView input, std::uint32_t maximum) {
  const auto size = peek_packet_size(input, maximum);
  const auto frame = next_frame(input, maximum);
  CHECK(size.has_value() == frame.has_value());
  if (!size) {
    CHECK(size.error().offset == frame.error().offset && size.error().offset <= input.size());
    return;
  }
  CHECK(frame->has_value() == (size->has_value() && **size <= input.size()));
  if (!size->has_value()) {
    CHECK(input.size() < 5);
    return;
  }
  CHECK(**size <= maximum);
  if (frame->has_value()) {
    const Frame& found = **frame;
    CHECK(found.bytes.data() == input.data() && found.bytes.size() == **size);
    CHECK(found.body.data() + found.body.size() == found.bytes.data() + found.bytes.size());
    CHECK(found.header_size() >= 2 && found.header_size() <= 5);
    CHECK(found.flags <= 15 && found.type != PacketType{0});
    const auto shorter = next_frame(input.first(**size - 1), maximum);
    CHECK(shorter.has_value() && !shorter->has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::uint32_t maximum = (std::uint32_t{data[0]} << 8U | data[1]) + 2U;
  ByteView rest(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  while (!rest.empty()) {
    check_first_packet(rest, maximum);
    const auto frame = next_frame(rest, maximum);
    rest = rest.subspan(frame && frame->has_value() ? (*frame)->bytes.size() : 1);
  }
  return 0;
}

}  // namespace godwit::mqtt
