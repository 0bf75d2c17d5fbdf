// The port to chance. Pure rooms draw from it and never from the machine.
#pragma once

#include <cstdint>

namespace godwit {

// Thread: the owner's. Implemented over the kernel's generator in broker/crypto and seeded in
// tests.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual std::uint64_t next_u64() = 0;
};

}  // namespace godwit
