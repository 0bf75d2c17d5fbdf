#include "tests/fuzz/script.h"

#include <algorithm>

namespace godwit::fuzz {

std::uint8_t Script::byte() {
  if (rest_.empty()) {
    return 0;
  }
  const auto value = std::to_integer<std::uint8_t>(rest_.front());
  rest_ = rest_.subspan(1);
  return value;
}

std::uint16_t Script::number() {
  const std::uint16_t high = byte();
  return static_cast<std::uint16_t>(high << 8U | byte());
}

ByteView Script::some_bytes() {
  const std::size_t wanted = byte();  // Takes one off the rest.
  const std::size_t count = std::min(wanted, rest_.size());
  const ByteView bytes = rest_.first(count);
  rest_ = rest_.subspan(count);
  return bytes;
}

}  // namespace godwit::fuzz
