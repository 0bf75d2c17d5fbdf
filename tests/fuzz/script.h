// A fuzzer's bytes as choices. When they have run out every choice is 0 and `empty` is true.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace godwit::fuzz {

class Script {
 public:
  explicit Script(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint8_t byte();
  std::uint16_t number();
  // Below `end`.
  std::uint32_t choice(std::uint32_t end) { return byte() % end; }
  // As many bytes as the next one says.
  ByteView some_bytes();

 private:
  ByteView rest_;
};

}  // namespace godwit::fuzz
