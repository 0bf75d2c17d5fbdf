#include "base/siphash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <set>

namespace godwit {
namespace {

// The authors' test vectors for SipHash-2-4: key 00 01 … 0f, input 00 01 … of the length.
constexpr HashKey kPaperKey{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

struct Vector {
  std::size_t length;
  std::uint64_t hash;
};

constexpr Vector kVectors[] = {
    {0, 0x726fdb47dd0e0e31U},  {1, 0x74f839c593dc67fdU},  {2, 0x0d6c8009d9a94f5aU},
    {3, 0x85676696d7fb7e2dU},  {4, 0xcf2794e0277187b7U},  {5, 0x18765564cd99a68dU},
    {6, 0xcbc9466e58fee3ceU},  {7, 0xab0200f58b01d137U},  {8, 0x93f5f5799a932462U},
    {15, 0xa129ca6149be45e5U}, {63, 0x958a324ceb064572U},
};

std::array<std::byte, 64> counting_bytes() {
  std::array<std::byte, 64> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i);
  }
  return bytes;
}

TEST(SipHash, agrees_with_the_published_vectors) {
  const auto input = counting_bytes();
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(siphash(kPaperKey, ByteView(input).first(vector.length)), vector.hash)
        << "length " << vector.length;
  }
}

TEST(SipHash, reads_input_at_any_alignment) {
  const auto input = counting_bytes();
  std::array<std::byte, 72> shifted{};
  for (std::size_t offset = 0; offset < 8; ++offset) {
    for (std::size_t i = 0; i < input.size(); ++i) {
      shifted[offset + i] = input[i];
    }
    EXPECT_EQ(siphash(kPaperKey, ByteView(shifted).subspan(offset, 63)), 0x958a324ceb064572U);
  }
}

TEST(SipHash, key_and_every_bit_of_the_input_matter) {
  std::array<std::byte, 9> input{};
  std::set<std::uint64_t> hashes{siphash({1, 2}, input), siphash({2, 1}, input),
                                 siphash({1, 3}, input)};
  for (std::size_t bit = 0; bit < input.size() * 8; ++bit) {
    auto flipped = input;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    hashes.insert(siphash({1, 2}, flipped));
  }
  EXPECT_EQ(hashes.size(), 3 + input.size() * 8);
}

}  // namespace
}  // namespace godwit
