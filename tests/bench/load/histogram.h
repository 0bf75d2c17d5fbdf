// Times counted in buckets whose width grows with the value, so that every figure keeps about two
// digits (each power of two has 64 buckets, an error below 1.6 %) in a fixed amount of memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace godwit::bench {

class Histogram {
 public:
  void add(std::uint64_t nanoseconds);

  // The value below which the given share of all values lies, as the middle of its bucket and
  // never above the largest value seen. 0 when nothing was added.
  [[nodiscard]] double percentile_us(double share) const;
  [[nodiscard]] double max_us() const;
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  static constexpr int kLinearBits = 6;
  static constexpr std::size_t kPerPower = std::size_t{1} << kLinearBits;
  // 2^41 ns is 36 minutes, longer than any run; what lies above counts in the last bucket.
  static constexpr std::size_t kBuckets = kPerPower * 36;

  static std::size_t bucket_of(std::uint64_t value);
  static double middle_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace godwit::bench
