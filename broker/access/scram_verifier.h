// What the server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check a
// proof, not enough to make one. As text, in the form of RFC 5803, which PostgreSQL writes too:
//
//   SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>      (base64)
//
// Thread: any; values. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "broker/access/sha256.h"

namespace godwit::access {

// RFC 7677, section 4, asks for at least as many.
inline constexpr std::uint32_t kScramIterationsMin = 4'096;
// What a file may ask of us when a password is checked against it: half a second.
inline constexpr std::uint32_t kScramIterationsMax = 1'000'000;

struct ScramVerifier {
  std::uint32_t iterations = kScramIterationsMin;
  Bytes salt;  // 8 to 64 bytes.
  Digest256 stored_key{};
  Digest256 server_key{};

  [[nodiscard]] static ScramVerifier make(std::string_view password, Bytes salt,
                                          std::uint32_t iterations, const Sha256& sha256);
  // None if it is not of this form or out of bounds.
  [[nodiscard]] static std::optional<ScramVerifier> parse(std::string_view text);
  [[nodiscard]] static bool is_form(std::string_view text);
  [[nodiscard]] std::string text() const;

  // Whether this is the password, for clients that send it. Slow on purpose.
  [[nodiscard]] bool fits(std::string_view password, const Sha256& sha256) const;
};

}  // namespace godwit::access
