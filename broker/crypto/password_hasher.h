// Argon2id (RFC 9106) behind the port of broker/access, with salts from the kernel.
//
// Thread: any, several at a time; each call takes about 20 ms and `memory_kib` of memory, which the
// library wipes. The caller bounds how many run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/access/password_file.h"

namespace godwit::crypto {

// The defaults are the second choice of OWASP's "Password Storage Cheat Sheet" for Argon2id.
struct Argon2Cost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;  // More would start threads of the library.
};

class Argon2PasswordHasher final : public access::PasswordHasher {
 public:
  explicit Argon2PasswordHasher(const Argon2Cost& cost = {}) : cost_(cost) {}

  // In PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
  [[nodiscard]] Result<std::string> hash(std::string_view password) const override;
  // Uses the cost that is written in the hash.
  [[nodiscard]] bool verify(std::string_view encoded_hash,
                            std::string_view password) const override;

 private:
  Argon2Cost cost_;
};

}  // namespace godwit::crypto
