#include "broker/crypto/password_hasher.h"

#include <argon2.h>

#include <array>
#include <cstddef>

#include "broker/crypto/kernel_random.h"

namespace godwit::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

}  // namespace

Result<std::string> Argon2PasswordHasher::hash(std::string_view password) const {
  std::array<std::byte, kSaltBytes> salt{};
  fill_random(salt);
  // With the closing zero, which the string then gives back.
  std::string encoded(argon2_encodedlen(cost_.passes, cost_.memory_kib, cost_.lanes, kSaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  const int code = argon2id_hash_encoded(cost_.passes, cost_.memory_kib, cost_.lanes,
                                         password.data(), password.size(), salt.data(), kSaltBytes,
                                         kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) {
    return fail(Error{std::string("cannot hash the password: ") + argon2_error_message(code)});
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool Argon2PasswordHasher::verify(std::string_view encoded_hash, std::string_view password) const {
  // The library reads up to a zero; one inside the text would hide what follows it.
  if (encoded_hash.find('\0') != std::string_view::npos) {
    return false;
  }
  const std::string encoded(encoded_hash);
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace godwit::crypto
