#include "tests/unit/mqtt/wire.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "base/check.h"

namespace godwit::mqtt::test {
namespace {

unsigned digit(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const std::size_t value = kDigits.find(c);
  CHECK(value != std::string_view::npos);
  return static_cast<unsigned>(value);
}

}  // namespace

Bytes wire(std::string_view text) {
  Bytes bytes;
  for (std::size_t at = 0; at < text.size();) {
    if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
    } else if (text[at] == '\'') {
      const std::size_t end = text.find('\'', at + 1);
      CHECK(end != std::string_view::npos);
      append(bytes, as_bytes(text.substr(at + 1, end - at - 1)));
      at = end + 1;
    } else {
      CHECK(at + 1 < text.size());
      bytes.push_back(static_cast<std::byte>(digit(text[at]) * 16U + digit(text[at + 1])));
      at += 2;
    }
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    text += text.empty() ? "" : " ";
    text += kDigits[value >> 4U];
    text += kDigits[value & 15U];
  }
  return text;
}

Bytes packet(std::byte first, ByteView body) {
  Bytes bytes{first};
  std::size_t length = body.size();
  do {
    const unsigned more = length >= 128 ? 0x80 : 0;
    bytes.push_back(static_cast<std::byte>((length & 0x7FU) | more));
    length >>= 7U;
  } while (length != 0);
  append(bytes, body);
  return bytes;
}

HeapCopy::HeapCopy(ByteView bytes)
    : bytes_(std::make_unique<std::byte[]>(bytes.size())), size_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

}  // namespace godwit::mqtt::test
