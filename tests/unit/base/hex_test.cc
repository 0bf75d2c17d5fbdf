#include "base/hex.h"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Hex, has_two_digits_a_byte) {
  EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x0f\xa5\xff", 4))), "000fa5ff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, goes_behind_what_is_there) {
  std::string text = "0x";
  append_hex(text, as_bytes("a"));
  EXPECT_EQ(text, "0x61");
}

}  // namespace
}  // namespace godwit
