#include "broker/crypto/kernel_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>
#include <vector>

namespace godwit::crypto {
namespace {

TEST(KernelRandom, numbers_do_not_repeat) {
  KernelRandom random;
  KernelRandom other;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(random.next_u64()).second);
    EXPECT_TRUE(seen.insert(other.next_u64()).second);
  }
}

TEST(KernelRandom, every_bit_is_drawn) {
  KernelRandom random;
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t number = random.next_u64();
    ones |= number;
    zeros |= ~number;
  }
  EXPECT_EQ(std::popcount(ones), 64);
  EXPECT_EQ(std::popcount(zeros), 64);
}

TEST(KernelRandom, hash_keys_differ) {
  const HashKey a = make_hash_key();
  const HashKey b = make_hash_key();
  EXPECT_NE(a.k0, b.k0);
  EXPECT_NE(a.k1, b.k1);
  EXPECT_NE(a.k0, a.k1);
}

// More than the kernel gives in one call without being asked again.
TEST(KernelRandom, long_runs_are_filled_to_the_end) {
  std::vector<std::byte> bytes(100'000);
  fill_random(bytes);
  const auto tail = std::span(bytes).last(64);
  EXPECT_TRUE(std::ranges::any_of(tail, [](std::byte b) { return b != std::byte{0}; }));
  fill_random({});
}

}  // namespace
}  // namespace godwit::crypto
