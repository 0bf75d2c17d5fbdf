#include "broker/net/packet_borders.h"

#include <algorithm>

namespace godwit::net {
namespace {

constexpr std::uint32_t kDigit = 0x7F;
constexpr std::uint32_t kMore = 0x80;
constexpr std::uint8_t kLastShift = 21;  // Of four digits (section 1.5.5); our own have no more.

}  // namespace

std::size_t PacketBorders::pass(ByteView bytes) {
  std::size_t passed = 0;
  while (passed < bytes.size()) {
    switch (at_) {
      case At::kType:
        at_ = At::kLength;
        left_ = 0;
        shift_ = 0;
        ++passed;
        continue;
      case At::kLength:
        pass_length(std::to_integer<std::uint32_t>(bytes[passed++]));
        break;
      case At::kBody: {
        const std::size_t count = std::min<std::size_t>(left_, bytes.size() - passed);
        left_ -= static_cast<std::uint32_t>(count);
        passed += count;
        break;
      }
    }
    if (at_ == At::kBody && left_ == 0) {
      at_ = At::kType;
      return passed;
    }
  }
  return passed;
}

void PacketBorders::pass_length(std::uint32_t byte) {
  left_ |= (byte & kDigit) << shift_;
  if ((byte & kMore) == 0 || shift_ == kLastShift) {
    at_ = At::kBody;
  }
  shift_ = static_cast<std::uint8_t>(shift_ + 7);
}

}  // namespace godwit::net
