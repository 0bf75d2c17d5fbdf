#include "tests/bench/load/histogram.h"

#include <algorithm>
#include <bit>

namespace godwit::bench {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < kPerPower) {
    return static_cast<std::size_t>(value);
  }
  // The leading kLinearBits + 1 bits choose the bucket; the rest is the rounding error.
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kLinearBits;
  const auto inside = static_cast<std::size_t>(value >> shift) - kPerPower;
  return std::min(kBuckets - 1, static_cast<std::size_t>(shift + 1) * kPerPower + inside);
}

double Histogram::middle_of(std::size_t bucket) {
  if (bucket < kPerPower) {
    return static_cast<double>(bucket);
  }
  const std::size_t shift = bucket / kPerPower - 1;
  const std::uint64_t low = static_cast<std::uint64_t>(kPerPower + bucket % kPerPower) << shift;
  return static_cast<double>(low) + static_cast<double>(std::uint64_t{1} << shift) / 2;
}

void Histogram::add(std::uint64_t nanoseconds) {
  ++buckets_[bucket_of(nanoseconds)];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

double Histogram::percentile_us(double share) const {
  if (count_ == 0) {
    return 0;
  }
  const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen > rank) {
      return std::min(middle_of(bucket) / 1000, max_us());
    }
  }
  return max_us();
}

double Histogram::max_us() const { return static_cast<double>(max_) / 1000; }

}  // namespace godwit::bench
