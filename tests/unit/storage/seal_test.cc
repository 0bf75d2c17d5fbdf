#include "storage/seal.h"

#include <gtest/gtest.h>

namespace godwit::storage {
namespace {

Bytes sealed(std::string_view key, std::string_view text) {
  const ByteView view = as_bytes(text);
  Bytes value(view.begin(), view.end());
  seal(as_bytes(key), value);
  return value;
}

TEST(Seal, gives_back_what_was_sealed) {
  const Bytes value = sealed("key", "value");
  EXPECT_EQ(value.size(), 5 + kSealBytes);
  const auto found = unseal(as_bytes("key"), value);
  ASSERT_TRUE(found);
  EXPECT_EQ(as_text(*found), "value");
  EXPECT_TRUE(unseal(as_bytes("key"), sealed("key", "")));
}

TEST(Seal, notices_each_flipped_bit) {
  const Bytes value = sealed("key", "value");
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    Bytes damaged = value;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(unseal(as_bytes("key"), damaged)) << bit;
  }
}

TEST(Seal, notices_each_cut) {
  const Bytes value = sealed("key", "value");
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(unseal(as_bytes("key"), ByteView(value).first(size))) << size;
  }
}

TEST(Seal, notices_a_row_under_another_key) {
  EXPECT_FALSE(unseal(as_bytes("kez"), sealed("key", "value")));
}

}  // namespace
}  // namespace godwit::storage
