// SipHash-2-4: the keyed hash for every table whose keys a client chooses.
//
// J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF" (2012). With a key drawn at
// start nobody outside can choose colliding topics or client ids.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace godwit {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

[[nodiscard]] std::uint64_t siphash(const HashKey& key, ByteView bytes);

}  // namespace godwit
