#include "broker/access/authentication_methods.h"

#include <gtest/gtest.h>

#include "tests/testkit/two_step_method.h"

namespace godwit::access {
namespace {

using enum AuthenticationVerdict;
using testkit::TwoStepMethod;

Bytes bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

TEST(AuthenticationMethods, an_exchange_travels_with_its_steps) {
  const AuthenticationMethods methods = TwoStepMethod::alone();
  AuthenticationResult first = methods.step({.method = "two-step", .data = {}});
  EXPECT_EQ(first.verdict, kContinue);
  EXPECT_EQ(as_text(first.data), "word?");
  ASSERT_NE(first.exchange, nullptr);
  const AuthenticationResult second = methods.step(
      {.method = "two-step", .data = bytes("open"), .exchange = std::move(first.exchange)});
  EXPECT_EQ(second.verdict, kAccepted);
  EXPECT_EQ(second.principal, (Principal{TenantId(0), "ann"}));
  EXPECT_EQ(as_text(second.data), "welcome");
  EXPECT_EQ(second.exchange, nullptr);
}

TEST(AuthenticationMethods, a_name_is_compared_byte_for_byte) {
  const AuthenticationMethods methods = TwoStepMethod::alone();
  for (const char* name : {"", "two", "Two-Step", "two-step "}) {
    EXPECT_EQ(methods.step({.method = name, .data = {}}).verdict, kUnknownMethod) << name;
  }
  EXPECT_EQ(AuthenticationMethods().step({.method = "two-step", .data = {}}).verdict,
            kUnknownMethod);
}

}  // namespace
}  // namespace godwit::access
