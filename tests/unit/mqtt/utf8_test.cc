#include "broker/mqtt/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

std::optional<std::size_t> find_in(const std::string& text) {
  const HeapCopy copy(as_bytes(text));
  return find_invalid_utf8(as_text(copy.view()));
}

// The well-formed encoding of a code point, straight from RFC 3629.
std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) {
    return {byte(point)};
  }
  if (point < 0x800) {
    return {byte(0xC0 | point >> 6U), byte(0x80 | (point & 0x3FU))};
  }
  if (point < 0x10000) {
    return {byte(0xE0 | point >> 12U), byte(0x80 | (point >> 6U & 0x3FU)),
            byte(0x80 | (point & 0x3FU))};
  }
  return {byte(0xF0 | point >> 18U), byte(0x80 | (point >> 12U & 0x3FU)),
          byte(0x80 | (point >> 6U & 0x3FU)), byte(0x80 | (point & 0x3FU))};
}

}  // namespace

TEST(Utf8, accepts_every_character_but_nul_and_surrogates) {
  for (std::uint32_t point = 1; point <= 0x10FFFF; ++point) {
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    const std::string text = encoded(point);
    ASSERT_EQ(find_invalid_utf8(text).has_value(), is_surrogate) << "U+" << std::hex << point;
  }
}

// MQTT-1.5.4-1, MQTT-1.5.4-2: the offset is that of the broken character's first byte.
TEST(Utf8, refuses_what_is_not_a_character) {
  const struct {
    const char* name;
    const char* wire;
    std::size_t offset;
  } rows[] = {
      {"U+0000", "00", 0},
      {"U+0000 behind others", "'abcdefghij' 00", 10},
      {"U+0000 in two bytes", "C0 80", 0},
      {"overlong in two bytes", "C0 AF", 0},
      {"overlong in two bytes, the last", "C1 BF", 0},
      {"overlong in three bytes", "E0 9F BF", 0},
      {"overlong in four bytes", "F0 8F BF BF", 0},
      {"first surrogate", "ED A0 80", 0},
      {"last surrogate", "ED BF BF", 0},
      {"over U+10FFFF", "F4 90 80 80", 0},
      {"first byte F5", "F5 80 80 80", 0},
      {"first byte FF", "FF", 0},
      {"no first byte", "80", 0},
      {"cut off, one of two", "'a' C3", 1},
      {"cut off, two of three", "'ab' E2 82", 2},
      {"cut off, three of four", "'abc' F0 9F 90", 3},
      {"second byte wrong", "'a' E2 28 A1", 1},
      {"third byte wrong", "'a' E2 82 28", 1},
      {"fourth byte wrong", "'a' F0 9F 90 28", 1},
      {"behind good ones", "C3 A9 E2 82 AC F0 9F 90 A6 80", 9},
  };
  for (const auto& row : rows) {
    const HeapCopy bytes(wire(row.wire));
    EXPECT_EQ(find_invalid_utf8(as_text(bytes.view())), row.offset) << row.name;
  }
}

// MQTT-1.5.4-3, E-091
TEST(Utf8, accepts_byte_order_mark_controls_and_non_characters) {
  for (const char* text : {"EF BB BF", "01", "1F", "7F", "C2 80", "C2 9F", "EF BF BE", "EF BF BF",
                           "EF B7 90", "F0 9F BF BE", "F4 8F BF BF"}) {
    const HeapCopy bytes(wire(text));
    EXPECT_EQ(find_invalid_utf8(as_text(bytes.view())), std::nullopt) << text;
  }
}

TEST(Utf8, accepts_exactly_the_well_formed_sequences_of_three_bytes) {
  std::string text(3, '\0');
  for (unsigned first = 0xE0; first <= 0xEF; ++first) {
    text[0] = static_cast<char>(first);
    for (unsigned rest = 0; rest <= 0xFFFF; ++rest) {
      text[1] = static_cast<char>(rest >> 8U);
      text[2] = static_cast<char>(rest & 0xFFU);
      const std::uint32_t point =
          (first & 0x0FU) << 12U | (rest >> 8U & 0x3FU) << 6U | (rest & 0x3FU);
      const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
      const bool is_good = encoded(point) == text && !is_surrogate;
      ASSERT_EQ(!find_invalid_utf8(text).has_value(), is_good) << to_hex(as_bytes(text));
    }
  }
}

TEST(Utf8, accepts_exactly_the_well_formed_sequences_of_four_bytes) {
  std::string text(4, '\0');
  for (unsigned first = 0xF0; first <= 0xFF; ++first) {
    for (unsigned second = 0; second <= 0xFF; ++second) {
      for (const unsigned third : {0x00U, 0x7FU, 0x80U, 0xBFU, 0xC0U, 0xFFU}) {
        for (const unsigned fourth : {0x00U, 0x7FU, 0x80U, 0xBFU, 0xC0U, 0xFFU}) {
          text = {static_cast<char>(first), static_cast<char>(second), static_cast<char>(third),
                  static_cast<char>(fourth)};
          const std::uint32_t point = (first & 0x07U) << 18U | (second & 0x3FU) << 12U |
                                      (third & 0x3FU) << 6U | (fourth & 0x3FU);
          const bool is_good = first < 0xF8 && point <= 0x10FFFF && encoded(point) == text;
          ASSERT_EQ(!find_invalid_utf8(text).has_value(), is_good) << to_hex(as_bytes(text));
        }
      }
    }
  }
}

// Eight bytes are looked at together: a bad one must be found at each place of texts of each size.
TEST(Utf8, finds_a_bad_byte_at_every_place) {
  for (std::size_t size = 1; size <= 33; ++size) {
    EXPECT_EQ(find_in(std::string(size, '\x7F')), std::nullopt);
    EXPECT_EQ(find_in(std::string(size, '\x01')), std::nullopt);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\0', '\x80', '\xFF'}) {
        std::string text(size, 'a');
        text[at] = bad;
        ASSERT_EQ(find_in(text), at) << size;
      }
    }
  }
}

TEST(Utf8, accepts_the_empty_text) { EXPECT_EQ(find_invalid_utf8(""), std::nullopt); }

}  // namespace godwit::mqtt::test
