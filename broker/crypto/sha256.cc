#include "broker/crypto/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/check.h"

namespace godwit::crypto {
namespace {

// Never null: the library takes a null key for one that it should know already.
const unsigned char* data(ByteView bytes) {
  static constexpr unsigned char kNothing = 0;
  return bytes.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* data(access::Digest256& digest) {
  return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

access::Digest256 OpensslSha256::hash(ByteView text) const {
  access::Digest256 digest{};
  CHECK(SHA256(data(text), text.size(), data(digest)) != nullptr);
  return digest;
}

access::Digest256 OpensslSha256::hmac(ByteView key, ByteView text) const {
  access::Digest256 digest{};
  CHECK(HMAC(EVP_sha256(), data(key), static_cast<int>(key.size()), data(text), text.size(),
             data(digest), nullptr) != nullptr);
  return digest;
}

access::Digest256 OpensslSha256::pbkdf2(ByteView password, ByteView salt,
                                        std::uint32_t iterations) const {
  access::Digest256 digest{};
  CHECK(PKCS5_PBKDF2_HMAC(as_text(password).data(), static_cast<int>(password.size()), data(salt),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                          static_cast<int>(digest.size()), data(digest)) == 1);
  return digest;
}

}  // namespace godwit::crypto
