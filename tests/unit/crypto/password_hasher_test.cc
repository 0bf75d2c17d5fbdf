#include "broker/crypto/password_hasher.h"

#include <argon2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "broker/access/password_file.h"

namespace godwit::crypto {
namespace {

using ::testing::StartsWith;

// Cheap, for tests that are not about the cost.
constexpr Argon2Cost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(Argon2PasswordHasher, a_hash_fits_its_password_only) {
  const Argon2PasswordHasher hasher(kCheap);
  const std::string hash = hasher.hash("lovelace").value();
  EXPECT_TRUE(hasher.verify(hash, "lovelace"));
  EXPECT_FALSE(hasher.verify(hash, "Lovelace"));
  EXPECT_FALSE(hasher.verify(hash, "lovelac"));
  EXPECT_FALSE(hasher.verify(hash, ""));
}

TEST(Argon2PasswordHasher, passwords_are_bytes_of_any_length) {
  const Argon2PasswordHasher hasher(kCheap);
  const std::string zero("a\0b", 3);
  const std::string hash = hasher.hash(zero).value();
  EXPECT_TRUE(hasher.verify(hash, zero));
  EXPECT_FALSE(hasher.verify(hash, "a"));
  EXPECT_TRUE(hasher.verify(hasher.hash("").value(), ""));
  const std::string longest(65'535, 'x');
  EXPECT_TRUE(hasher.verify(hasher.hash(longest).value(), longest));
}

TEST(Argon2PasswordHasher, the_same_password_has_another_hash_each_time) {
  const Argon2PasswordHasher hasher(kCheap);
  EXPECT_NE(hasher.hash("lovelace").value(), hasher.hash("lovelace").value());
}

TEST(Argon2PasswordHasher, the_default_cost_is_19_mib_and_two_passes) {
  const std::string hash = Argon2PasswordHasher().hash("lovelace").value();
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(access::PasswordFile::parse("ada:" + hash, "users").has_value());
}

// From RFC 9106's reference implementation (phc-winner-argon2, src/test.c): Argon2id version 19,
// t=2, m=2^16 KiB, p=1, "password" and "somesalt".
TEST(Argon2PasswordHasher, reads_the_reference_hash) {
  constexpr std::string_view kReference =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
      "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  const Argon2PasswordHasher hasher;
  EXPECT_TRUE(hasher.verify(kReference, "password"));
  EXPECT_FALSE(hasher.verify(kReference, "differentpassword"));
}

TEST(Argon2PasswordHasher, a_hash_that_cannot_be_read_fits_nothing) {
  const Argon2PasswordHasher hasher(kCheap);
  const std::string hash = hasher.hash("x").value();
  for (const std::string& broken :
       {std::string(), std::string("x"), std::string("$argon2id$"), hash.substr(0, hash.size() / 2),
        hash + "$", "$argon2i" + hash.substr(9), hash + std::string("\0tail", 5)}) {
    EXPECT_FALSE(hasher.verify(broken, "x")) << broken;
  }
}

// An unknown user must cost what a known one costs, so the dummy has to be readable.
TEST(Argon2PasswordHasher, the_dummy_hash_is_worked_on_and_fits_nothing) {
  const std::string dummy(access::PasswordFile::dummy_hash());
  EXPECT_FALSE(Argon2PasswordHasher().verify(dummy, "password"));
  // A mismatch is found at the end of the work, a hash that cannot be read at its beginning.
  EXPECT_EQ(argon2id_verify(dummy.c_str(), "password", 8), ARGON2_VERIFY_MISMATCH);
}

TEST(Argon2PasswordHasher, an_impossible_cost_is_an_error) {
  const Argon2PasswordHasher hasher({.memory_kib = 1, .passes = 1, .lanes = 1});
  EXPECT_FALSE(hasher.hash("x").has_value());
}

}  // namespace
}  // namespace godwit::crypto
