#include "broker/access/scram_message.h"

#include <gtest/gtest.h>

#include <string>

namespace godwit::access {
namespace {

constexpr std::string_view kProof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

// RFC 7677, section 3.
TEST(ScramMessage, reads_the_published_exchange) {
  const auto first = parse_client_first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->gs2_header, "n,,");
  EXPECT_EQ(first->bare, "n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(first->user_name, "user");
  EXPECT_EQ(first->nonce, "rOprNGfwEbeRWgbNEkqO");

  const std::string without_proof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const std::string message = without_proof + ",p=" + std::string(kProof);
  const auto last = parse_client_final(message);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->channel_binding, "biws");
  EXPECT_EQ(last->nonce, "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
  EXPECT_EQ(last->without_proof, without_proof);
}

TEST(ScramMessage, names_may_hold_commas_and_equals_signs) {
  const auto first = parse_client_first("y,,n=a=2Cb=3Dc,r=x");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->user_name, "a,b=c");
}

TEST(ScramMessage, refuses_other_first_messages) {
  for (const std::string_view message : {"",
                                         "n",
                                         "n,",
                                         "n,,",
                                         "n,,n=user",
                                         "n,,n=,r=x",
                                         "n,,n=user,r=",
                                         "n,,r=x,n=user",
                                         "n,,n=us=2cer,r=x",
                                         "n,,n=user=,r=x",
                                         "n,,n=user,r=a b",
                                         "n,,n=user,r=\x7F",
                                         "n,,n=user,r=\xC3\xBC",
                                         "n,,n=user,r=x,e=1",
                                         "n,,n=user,r=x,",
                                         "n,,m=1,n=user,r=x",
                                         "n,a=eve,n=user,r=x",
                                         "p=tls-unique,,n=user,r=x",
                                         "x,,n=user,r=x",
                                         "N,,n=user,r=x"}) {
    EXPECT_FALSE(parse_client_first(message)) << message;
  }
}

TEST(ScramMessage, refuses_other_final_messages) {
  const std::string proof = ",p=" + std::string(kProof);
  for (const std::string& message :
       {std::string(), std::string("c=biws"), std::string("c=biws,r=x"), "r=x,c=biws" + proof,
        "c=biws,r=x,e=1" + proof, "c=biws,r=x" + proof + ",e=1", "c=biws,r=x" + proof + ",",
        "c=biws" + proof, std::string("c=biws,r=x,p="), std::string("c=biws,r=x,p=AAAA"),
        "c=biws,r=x,p=" + std::string(kProof).substr(1)}) {
    EXPECT_FALSE(parse_client_final(message)) << message;
  }
}

TEST(ScramMessage, has_bounds) {
  EXPECT_TRUE(parse_client_first("n,,n=user,r=" + std::string(kScramNonceBytesMax, 'x')));
  EXPECT_FALSE(parse_client_first("n,,n=user,r=" + std::string(kScramNonceBytesMax + 1, 'x')));
  EXPECT_FALSE(parse_client_first("n,,n=" + std::string(kScramMessageBytesMax, 'u') + ",r=x"));
  EXPECT_FALSE(parse_client_final("c=biws,r=" + std::string(kScramMessageBytesMax, 'x') +
                                  ",p=" + std::string(kProof)));
}

}  // namespace
}  // namespace godwit::access
