#include "broker/crypto/scram_hasher.h"

#include <gtest/gtest.h>

namespace godwit::crypto {
namespace {

TEST(ScramHasher, verifies_what_it_has_hashed_and_nothing_else) {
  const ScramHasher hasher;
  const Result<std::string> hash = hasher.hash("pencil");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hasher.verify(*hash, "pencil"));
  EXPECT_FALSE(hasher.verify(*hash, "Pencil"));
  EXPECT_FALSE(hasher.verify(*hash, ""));
  EXPECT_FALSE(hasher.verify("SCRAM-SHA-256$", "pencil"));
}

TEST(ScramHasher, takes_a_new_salt_each_time_and_the_iterations_it_was_told) {
  const ScramHasher hasher(5'000);
  const Result<std::string> hash = hasher.hash("pencil");
  ASSERT_TRUE(hash);
  EXPECT_NE(*hash, hasher.hash("pencil").value_or(*hash));
  const auto verifier = access::ScramVerifier::parse(*hash);
  ASSERT_TRUE(verifier);
  EXPECT_EQ(verifier->iterations, 5'000U);
  EXPECT_EQ(verifier->salt.size(), 16U);
}

TEST(ScramHasher, refuses_passwords_that_clients_would_change) {
  const ScramHasher hasher;
  for (const std::string_view password : {"gr\xC3\xBC\xC3\x9F", "tab\t", "\x7F"}) {
    EXPECT_FALSE(hasher.hash(password)) << password;
  }
}

}  // namespace
}  // namespace godwit::crypto
