// SCRAM-SHA-256 verifiers behind the port of broker/access, with salts from the kernel.
//
// Thread: any; `iterations` times half a microsecond a call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/access/password_file.h"
#include "broker/access/scram_verifier.h"
#include "broker/crypto/sha256.h"

namespace godwit::crypto {

class ScramHasher final : public access::PasswordHasher {
 public:
  // Within kScramIterationsMin and kScramIterationsMax.
  explicit ScramHasher(std::uint32_t iterations = access::kScramIterationsMin);

  // Refuses a password that is not printable ASCII: clients put others into a normal form
  // (SASLprep, RFC 4013) before they use them, and the two would not agree.
  [[nodiscard]] Result<std::string> hash(std::string_view password) const override;
  [[nodiscard]] bool verify(std::string_view encoded_hash,
                            std::string_view password) const override;

 private:
  OpensslSha256 sha256_;
  std::uint32_t iterations_;
};

}  // namespace godwit::crypto
