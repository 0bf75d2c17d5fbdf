#include "broker/mqtt/utf8.h"

#include <cstdint>
#include <cstring>

namespace godwit::mqtt {
namespace {

constexpr std::uint64_t kLowBits = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

// Whether eight bytes are all between 0x01 and 0x7F. A byte of 0x00 borrows into its high bit;
// without high bits in `word`, no other byte does before the lowest zero.
bool is_plain_ascii(std::uint64_t word) { return ((word | (word - kLowBits)) & kHighBits) == 0; }

// The next bytes of a sequence after its first one, by the first one: how many follow and the
// range of the first of them (Unicode 15, table 3-7). The range is what keeps out overlong forms,
// surrogates and values over U+10FFFF.
struct Sequence {
  std::size_t size;  // 0: no sequence begins so.
  std::uint8_t second_min;
  std::uint8_t second_max;
};

Sequence sequence_of(std::uint8_t first) {
  if (first < 0xC2) {
    return {0, 0, 0};
  }
  if (first < 0xE0) {
    return {2, 0x80, 0xBF};
  }
  if (first < 0xF0) {
    const std::uint8_t second_min = first == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t second_max = first == 0xED ? 0x9F : 0xBF;
    return {3, second_min, second_max};
  }
  if (first < 0xF5) {
    const std::uint8_t second_min = first == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t second_max = first == 0xF4 ? 0x8F : 0xBF;
    return {4, second_min, second_max};
  }
  return {0, 0, 0};
}

// The size of the character at the start of `text`, which is not empty; 0 if it breaks the rules.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80) {
    return byte(0) == 0 ? 0 : 1;  // MQTT-1.5.4-2
  }
  const Sequence sequence = sequence_of(byte(0));
  if (sequence.size == 0 || text.size() < sequence.size) {
    return 0;
  }
  if (byte(1) < sequence.second_min || byte(1) > sequence.second_max) {
    return 0;
  }
  for (std::size_t i = 2; i < sequence.size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  return sequence.size;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      if (is_plain_ascii(word)) {
        at += sizeof word;
        continue;
      }
    }
    const std::size_t size = character_size(text.substr(at));
    if (size == 0) {
      return at;
    }
    at += size;
  }
  return std::nullopt;
}

}  // namespace godwit::mqtt
