// Chance that comes from a seed: the same seed, the same run.
//
// xoshiro256** by D. Blackman and S. Vigna, seeded by splitmix64.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "base/time.h"

namespace godwit::sim {

// One step of splitmix64: also how hashes are mixed here.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

class Chance final : public Random {
 public:
  explicit Chance(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      word = seed = mix(seed);
    }
  }

  [[nodiscard]] std::uint64_t next_u64() override {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // Uniform enough: the ranges here are tiny against 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    CHECK(bound > 0);
    return next_u64() % bound;
  }
  // Both ends are possible.
  [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  [[nodiscard]] Duration between(Duration low, Duration high) {
    return Duration(static_cast<Duration::rep>(between(static_cast<std::uint64_t>(low.count()),
                                                       static_cast<std::uint64_t>(high.count()))));
  }
  [[nodiscard]] bool one_in(std::uint64_t times) { return below(times) == 0; }
  // Of ten thousand.
  [[nodiscard]] bool permyriad(std::uint64_t share) { return share > 0 && below(10'000) < share; }

  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t value, int by) {
    return (value << by) | (value >> (64 - by));
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace godwit::sim
