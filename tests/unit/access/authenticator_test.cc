#include "broker/access/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "broker/crypto/sha256.h"

namespace godwit::access {
namespace {

using enum AuthenticationVerdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The hash of a password is the password behind "hash-of-".
class FakeHasher final : public PasswordHasher {
 public:
  Result<std::string> hash(std::string_view password) const override {
    return "hash-of-" + std::string(password);
  }
  bool verify(std::string_view encoded_hash, std::string_view password) const override {
    verified_.emplace_back(encoded_hash);
    return encoded_hash == "hash-of-" + std::string(password);
  }
  [[nodiscard]] const std::vector<std::string>& verified() const { return verified_; }

 private:
  mutable std::vector<std::string> verified_;
};

const crypto::OpensslSha256 kSha256;

Bytes bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

class PasswordAuthenticatorTest : public ::testing::Test {
 protected:
  static PasswordFile file() {
    PasswordFile file;
    file.set("ada", "hash-of-lovelace");
    return file;
  }

  AuthenticationResult authenticate(std::optional<std::string> user_name,
                                    std::optional<std::string_view> password) {
    Credentials credentials{"probe", std::move(user_name), {}};
    if (password) {
      credentials.password = bytes(*password);
    }
    return authenticator_.authenticate(credentials);
  }

  FakeHasher hasher_;
  PasswordAuthenticator authenticator_{file(), {hasher_, kSha256}, true};
};

TEST_F(PasswordAuthenticatorTest, a_user_with_the_right_password_is_that_principal) {
  const AuthenticationResult result = authenticate("ada", "lovelace");
  EXPECT_EQ(result.verdict, kAccepted);
  EXPECT_EQ(result.principal, (Principal{TenantId{}, "ada"}));
}

TEST_F(PasswordAuthenticatorTest, a_wrong_or_missing_password_is_refused) {
  EXPECT_EQ(authenticate("ada", "byron").verdict, kBadCredentials);
  EXPECT_EQ(authenticate("ada", "").verdict, kBadCredentials);
  EXPECT_EQ(authenticate("ada", {}).verdict, kBadCredentials);
  EXPECT_TRUE(authenticate("ada", "byron").principal.anonymous());
}

TEST_F(PasswordAuthenticatorTest, an_unknown_user_costs_a_verification_too) {
  EXPECT_EQ(authenticate("eve", "lovelace").verdict, kBadCredentials);
  EXPECT_THAT(hasher_.verified(), ElementsAre("hash-of-lovelace"));
}

// Even somebody who finds the password of the stand-in gains nothing.
TEST_F(PasswordAuthenticatorTest, an_unknown_user_is_refused_whatever_the_hasher_says) {
  class YesHasher final : public PasswordHasher {
   public:
    Result<std::string> hash(std::string_view) const override { return std::string(); }
    bool verify(std::string_view, std::string_view) const override { return true; }
  };
  const YesHasher yes;
  const PasswordAuthenticator authenticator(file(), {yes, kSha256}, true);
  Credentials credentials{"probe", "eve", {}};
  credentials.password = bytes("x");
  EXPECT_EQ(authenticator.authenticate(credentials).verdict, kBadCredentials);
}

TEST_F(PasswordAuthenticatorTest, a_verifier_of_scram_does_for_a_password_that_is_sent) {
  PasswordFile file;
  file.set("ada", ScramVerifier::make("lovelace", Bytes(16), 4'096, kSha256).text());
  const PasswordAuthenticator authenticator(file, {hasher_, kSha256}, true);
  for (const auto& [password, verdict] :
       {std::pair{"lovelace", kAccepted}, std::pair{"byron", kBadCredentials}}) {
    Credentials credentials{"probe", "ada", {}};
    credentials.password = bytes(password);
    EXPECT_EQ(authenticator.authenticate(credentials).verdict, verdict);
  }
  EXPECT_THAT(hasher_.verified(), IsEmpty());
}

TEST_F(PasswordAuthenticatorTest, no_name_or_an_empty_one_is_anonymous_where_that_is_allowed) {
  for (const std::optional<std::string>& none : {std::optional<std::string>{}, {""}}) {
    const AuthenticationResult result = authenticate(none, {});
    EXPECT_EQ(result.verdict, kAccepted);
    EXPECT_TRUE(result.principal.anonymous());
    const PasswordAuthenticator strict(file(), {hasher_, kSha256}, false);
    EXPECT_EQ(strict.authenticate({"probe", none, {}}).verdict, kNotAuthorized);
  }
  EXPECT_THAT(hasher_.verified(), IsEmpty());
}

TEST_F(PasswordAuthenticatorTest, a_password_without_a_user_name_is_refused) {
  EXPECT_EQ(authenticate({}, "lovelace").verdict, kBadCredentials);
  EXPECT_EQ(authenticate("", "lovelace").verdict, kBadCredentials);
  EXPECT_THAT(hasher_.verified(), IsEmpty());
}

TEST(SecretBytes, moves_leave_nothing_behind_and_copies_are_apart) {
  SecretBytes secret = bytes("lovelace");
  SecretBytes copy = secret;
  SecretBytes moved = std::move(secret);
  // That is the test. NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_TRUE(secret.view().empty());
  EXPECT_EQ(as_text(moved.view()), "lovelace");
  moved = SecretBytes(bytes("ada"));
  EXPECT_EQ(as_text(moved.view()), "ada");
  EXPECT_EQ(as_text(copy.view()), "lovelace");
}

}  // namespace
}  // namespace godwit::access
