// Bytes as hexadecimal digits, two a byte, small letters.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace godwit {

inline void append_hex(std::string& to, ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    to += kDigits[value >> 4U];
    to += kDigits[value & 15U];
  }
}

[[nodiscard]] inline std::string to_hex(ByteView bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

}  // namespace godwit
