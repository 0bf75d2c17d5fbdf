#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <random>

namespace godwit {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, has_the_values_of_the_standard) {
  EXPECT_EQ(crc32c({}), 0);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0x00})), 0x8a9136aa);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0xff})), 0x62a8ab43);
  Bytes rising;
  for (unsigned value = 0; value < 32; ++value) {
    rising.push_back(static_cast<std::byte>(value));
  }
  EXPECT_EQ(crc32c(rising), 0x46dd794e);
}

TEST(Crc32c, is_the_same_with_and_without_the_instruction) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    Bytes bytes;
    for (std::size_t at = 0; at < size; ++at) {
      bytes.push_back(static_cast<std::byte>(random()));
    }
    const auto before = static_cast<std::uint32_t>(random());
    EXPECT_EQ(crc32c(bytes, before), crc32c_by_table(bytes, before)) << size;
  }
}

TEST(Crc32c, adds_up) {
  const ByteView text = as_bytes("what was acknowledged is on disk");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.subspan(cut), crc32c(text.first(cut))), crc32c(text));
  }
}

}  // namespace
}  // namespace godwit
