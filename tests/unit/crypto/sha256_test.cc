#include "broker/crypto/sha256.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace godwit::crypto {
namespace {

const OpensslSha256 kSha256;

// FIPS 180-4's example, RFC 4231 case 2, and PBKDF2 with the values of RFC 7914, section 11.
TEST(Sha256, agrees_with_the_published_vectors) {
  EXPECT_EQ(to_base64(kSha256.hash(as_bytes("abc"))),
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(to_base64(kSha256.hmac(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
  EXPECT_EQ(to_base64(kSha256.pbkdf2(as_bytes("passwd"), as_bytes("salt"), 1)),
            "VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw=");
}

TEST(Sha256, takes_what_is_empty) {
  EXPECT_EQ(to_base64(kSha256.hash({})), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(to_base64(kSha256.hmac({}, {})), "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0=");
}

}  // namespace
}  // namespace godwit::crypto
