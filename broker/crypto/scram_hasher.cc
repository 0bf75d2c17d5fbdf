#include "broker/crypto/scram_hasher.h"

#include <algorithm>

#include "base/check.h"
#include "broker/crypto/kernel_random.h"

namespace godwit::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;

}  // namespace

ScramHasher::ScramHasher(std::uint32_t iterations) : iterations_(iterations) {
  CHECK(iterations >= access::kScramIterationsMin && iterations <= access::kScramIterationsMax);
}

Result<std::string> ScramHasher::hash(std::string_view password) const {
  if (!std::ranges::all_of(password, [](char c) { return c >= ' ' && c < '\x7F'; })) {
    return fail(Error{"a password for SCRAM has only printable ASCII characters"});
  }
  Bytes salt(kSaltBytes);
  fill_random(salt);
  return access::ScramVerifier::make(password, std::move(salt), iterations_, sha256_).text();
}

bool ScramHasher::verify(std::string_view encoded_hash, std::string_view password) const {
  const auto verifier = access::ScramVerifier::parse(encoded_hash);
  return verifier && verifier->fits(password, sha256_);
}

}  // namespace godwit::crypto
