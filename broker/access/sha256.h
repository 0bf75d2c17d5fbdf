// SHA-256 and what is built on it, as a port: implemented in broker/crypto.
//
// Thread: any. All but pbkdf2 take about a microsecond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace godwit::access {

using Digest256 = std::array<std::byte, 32>;

class Sha256 {
 public:
  virtual ~Sha256() = default;
  [[nodiscard]] virtual Digest256 hash(ByteView text) const = 0;                // FIPS 180-4
  [[nodiscard]] virtual Digest256 hmac(ByteView key, ByteView text) const = 0;  // RFC 2104
  // RFC 8018 with HMAC-SHA-256, one block. About half a microsecond an iteration.
  [[nodiscard]] virtual Digest256 pbkdf2(ByteView password, ByteView salt,
                                         std::uint32_t iterations) const = 0;
};

// Takes the same time wherever they differ.
[[nodiscard]] inline bool equal_in_constant_time(const Digest256& a, const Digest256& b) {
  std::byte difference{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= a[i] ^ b[i];
  }
  return difference == std::byte{};
}

}  // namespace godwit::access
