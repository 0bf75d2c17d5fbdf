#include "broker/access/scram_verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "base/base64.h"
#include "broker/crypto/sha256.h"

namespace godwit::access {
namespace {

const crypto::OpensslSha256 kSha256;

// The password, salt and iterations of RFC 7677, section 3.
constexpr std::string_view kPencil =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

TEST(ScramVerifier, is_made_from_a_password_and_read_back) {
  const auto salt = from_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  ASSERT_TRUE(salt);
  EXPECT_EQ(ScramVerifier::make("pencil", *salt, 4'096, kSha256).text(), kPencil);
  const auto read = ScramVerifier::parse(kPencil);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), kPencil);
}

// The signature of the server in RFC 7677, section 3.
TEST(ScramVerifier, has_the_server_key_of_the_published_exchange) {
  const auto verifier = ScramVerifier::parse(kPencil);
  ASSERT_TRUE(verifier);
  constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const std::string auth_message =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + std::string(kNonce) +
      ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=" + std::string(kNonce);
  EXPECT_EQ(to_base64(kSha256.hmac(verifier->server_key, as_bytes(auth_message))),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(ScramVerifier, fits_its_password_only) {
  const auto verifier = ScramVerifier::parse(kPencil);
  ASSERT_TRUE(verifier);
  EXPECT_TRUE(verifier->fits("pencil", kSha256));
  EXPECT_FALSE(verifier->fits("pencils", kSha256));
  EXPECT_FALSE(verifier->fits("", kSha256));
}

TEST(ScramVerifier, has_one_form_and_bounds) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text(kPencil);
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_TRUE(ScramVerifier::parse(with("4096", "1000000")));
  for (const std::string& text :
       {with("SCRAM-SHA-256$", "SCRAM-SHA-1$"), with("4096", "4095"), with("4096", "1000001"),
        with("4096", "-4096"), with("4096", "4096 "), with("4096", ""), with("4096:", "4096"),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", "W22ZaJ0S"), with("W22ZaJ0SNY7soEsUEjb6gQ==", "!"),
        with("WG5d", "WG5"), with("T4qY=:", "T4qY="), with("l2dU=", "l2dU=:"),
        with("l2dU=", "=")}) {
    EXPECT_FALSE(ScramVerifier::parse(text)) << text;
  }
}

}  // namespace
}  // namespace godwit::access
