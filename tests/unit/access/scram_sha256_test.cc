#include "broker/access/scram_sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/base64.h"
#include "broker/crypto/sha256.h"

namespace godwit::access {
namespace {

using enum AuthenticationVerdict;

const crypto::OpensslSha256 kSha256;

void fill_with_seven(std::span<std::byte> bytes) { std::ranges::fill(bytes, std::byte{7}); }

std::string attribute(std::string_view message, std::string_view name) {
  const std::size_t at = message.find(name);
  return std::string(message.substr(at + name.size(), message.find(',', at) - at - name.size()));
}

// The client's side of RFC 5802, section 3.
struct ScramClient {
  std::string password;
  std::string gs2_header = "n,,";
  std::string first_bare = "n=ada,r=client";
  Digest256 server_signature{};

  [[nodiscard]] std::string first() const { return gs2_header + first_bare; }

  std::string last(std::string_view server_first, std::string nonce = {}) {
    const auto salt = from_base64(attribute(server_first, "s="));
    const auto iterations = static_cast<std::uint32_t>(std::stoul(attribute(server_first, "i=")));
    const Digest256 salted = kSha256.pbkdf2(as_bytes(password), salt.value(), iterations);
    const Digest256 client_key = kSha256.hmac(salted, as_bytes("Client Key"));
    nonce = nonce.empty() ? attribute(server_first, "r=") : nonce;
    const std::string without_proof = "c=" + to_base64(as_bytes(gs2_header)) + ",r=" + nonce;
    const std::string auth_message =
        first_bare + "," + std::string(server_first) + "," + without_proof;
    Digest256 proof = kSha256.hmac(kSha256.hash(client_key), as_bytes(auth_message));
    for (std::size_t i = 0; i < proof.size(); ++i) {
      proof[i] ^= client_key[i];
    }
    server_signature =
        kSha256.hmac(kSha256.hmac(salted, as_bytes("Server Key")), as_bytes(auth_message));
    return without_proof + ",p=" + to_base64(proof);
  }
};

class ScramSha256Test : public ::testing::Test {
 protected:
  static PasswordFile file() {
    PasswordFile file;
    file.set("ada", ScramVerifier::make("lovelace", Bytes(16), 4'096, kSha256).text());
    file.set("bob", std::string(PasswordFile::dummy_hash()));
    return file;
  }

  ScramSha256 method_{file(), {kSha256, fill_with_seven}};
  std::unique_ptr<AuthenticationExchange> exchange_ = method_.begin();

  std::string challenge(std::string_view client_first) {
    const ExchangeAnswer answer = exchange_->step(as_bytes(client_first));
    EXPECT_EQ(answer.verdict, kContinue);
    return std::string(as_text(answer.data));
  }
};

TEST_F(ScramSha256Test, accepts_who_knows_the_password_and_proves_itself) {
  for (const std::string_view gs2_header : {"n,,", "y,,"}) {
    exchange_ = method_.begin();
    ScramClient client{.password = "lovelace", .gs2_header = std::string(gs2_header)};
    const std::string server_first = challenge(client.first());
    EXPECT_TRUE(attribute(server_first, "r=").starts_with("client"));
    EXPECT_GT(attribute(server_first, "r=").size(), 24U);
    const ExchangeAnswer answer = exchange_->step(as_bytes(client.last(server_first)));
    EXPECT_EQ(answer.verdict, kAccepted);
    EXPECT_EQ(answer.principal, (Principal{TenantId{}, "ada"}));
    EXPECT_EQ(as_text(answer.data), "v=" + to_base64(client.server_signature));
  }
}

TEST_F(ScramSha256Test, asks_for_the_first_message_if_there_was_none) {
  EXPECT_EQ(challenge({}), "");
  ScramClient client{.password = "lovelace"};
  const std::string server_first = challenge(client.first());
  EXPECT_EQ(exchange_->step(as_bytes(client.last(server_first))).verdict, kAccepted);
}

TEST_F(ScramSha256Test, asks_only_once) {
  EXPECT_EQ(challenge({}), "");
  EXPECT_EQ(exchange_->step({}).verdict, kBadCredentials);
}

TEST_F(ScramSha256Test, refuses_a_wrong_password_and_says_no_more) {
  ScramClient client{.password = "byron"};
  const ExchangeAnswer answer = exchange_->step(as_bytes(client.last(challenge(client.first()))));
  EXPECT_EQ(answer.verdict, kBadCredentials);
  EXPECT_TRUE(answer.principal.anonymous());
  EXPECT_TRUE(answer.data.empty());
}

// Nobody learns who exists, or who has a hash of another kind.
TEST_F(ScramSha256Test, challenges_users_without_a_verifier_alike_and_refuses_them_at_the_end) {
  for (const std::string_view user : {"eve", "bob"}) {
    exchange_ = method_.begin();
    ScramClient client{.password = "lovelace", .first_bare = "n=" + std::string(user) + ",r=c"};
    const std::string server_first = challenge(client.first());
    EXPECT_EQ(attribute(server_first, "i="), "4096");
    EXPECT_EQ(attribute(server_first, "s=").size(), 24U);
    EXPECT_EQ(exchange_->step(as_bytes(client.last(server_first))).verdict, kBadCredentials);

    exchange_ = method_.begin();
    EXPECT_EQ(attribute(challenge(client.first()), "s="), attribute(server_first, "s="));
  }
}

TEST_F(ScramSha256Test, refuses_another_nonce_or_another_header) {
  ScramClient client{.password = "lovelace"};
  const std::string server_first = challenge(client.first());
  EXPECT_EQ(exchange_->step(as_bytes(client.last(server_first, "client"))).verdict,
            kBadCredentials);

  exchange_ = method_.begin();
  const std::string again = challenge(client.first());
  client.gs2_header = "y,,";  // Somebody on the way has changed it.
  EXPECT_EQ(exchange_->step(as_bytes(client.last(again))).verdict, kBadCredentials);
}

TEST_F(ScramSha256Test, is_over_after_its_end) {
  ScramClient client{.password = "lovelace"};
  const std::string last = client.last(challenge(client.first()));
  EXPECT_EQ(exchange_->step(as_bytes(last)).verdict, kAccepted);
  EXPECT_EQ(exchange_->step(as_bytes(last)).verdict, kBadCredentials);
  EXPECT_EQ(exchange_->step(as_bytes(client.first())).verdict, kBadCredentials);
}

TEST_F(ScramSha256Test, refuses_what_is_no_message_of_scram) {
  EXPECT_EQ(exchange_->step(as_bytes("password")).verdict, kBadCredentials);
  exchange_ = method_.begin();
  challenge(ScramClient{.password = {}}.first());
  EXPECT_EQ(exchange_->step(as_bytes("c=biws")).verdict, kBadCredentials);
}

}  // namespace
}  // namespace godwit::access
