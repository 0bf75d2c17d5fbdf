// SHA-256, HMAC and PBKDF2 by OpenSSL, behind the port of broker/access. Thread: any.
#pragma once

#include "broker/access/sha256.h"

namespace godwit::crypto {

// What the library cannot do for want of memory ends the process.
class OpensslSha256 final : public access::Sha256 {
 public:
  [[nodiscard]] access::Digest256 hash(ByteView text) const override;
  [[nodiscard]] access::Digest256 hmac(ByteView key, ByteView text) const override;
  [[nodiscard]] access::Digest256 pbkdf2(ByteView password, ByteView salt,
                                         std::uint32_t iterations) const override;
};

}  // namespace godwit::crypto
