// Chance from the kernel's generator (getrandom), for whatever must not be guessed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/random.h"
#include "base/siphash.h"

namespace godwit::crypto {

// Fills `bytes`. Blocks only before the kernel's generator is ready, early at boot; it cannot fail
// on a kernel that has it, so a failure ends the process. Thread: any.
void fill_random(std::span<std::byte> bytes);

// A key for the keyed hashes, drawn once at start. Thread: any.
[[nodiscard]] HashKey make_hash_key();

// The Random port. Draws a few numbers ahead, so that most calls make no system call. Not for
// secrets that must be gone once used: fill_random keeps nothing. Thread: the owner's.
class KernelRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next_u64() override;

 private:
  static constexpr std::size_t kAhead = 32;

  std::array<std::uint64_t, kAhead> numbers_{};
  std::size_t left_ = 0;
};

}  // namespace godwit::crypto
