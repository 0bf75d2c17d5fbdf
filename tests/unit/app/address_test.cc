#include "broker/app/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::app {
namespace {

TEST(ParseBind, takes_numeric_addresses_with_a_port) {
  const auto v4 = parse_bind("192.0.2.1:1883");
  ASSERT_TRUE(v4);
  ASSERT_EQ(v4->size(), 1U);
  EXPECT_EQ((*v4)[0].ip, "192.0.2.1");
  EXPECT_EQ((*v4)[0].port, 1883);
  EXPECT_FALSE((*v4)[0].loopback);
  EXPECT_FALSE((*v4)[0].optional);

  const auto v6 = parse_bind("[2001:db8::1]:0");
  ASSERT_TRUE(v6);
  EXPECT_EQ((*v6)[0].ip, "2001:db8::1");
  EXPECT_EQ((*v6)[0].port, 0);
}

TEST(ParseBind, knows_loopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"}) {
    const auto parsed = parse_bind(text);
    ASSERT_TRUE(parsed) << text;
    for (const BindAddress& address : *parsed) {
      EXPECT_TRUE(address.loopback) << text;
    }
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "*:1", "128.0.0.1:1", "[::ffff:192.0.2.1]:1"}) {
    const auto parsed = parse_bind(text);
    ASSERT_TRUE(parsed) << text;
    for (const BindAddress& address : *parsed) {
      EXPECT_FALSE(address.loopback) << text;
    }
  }
}

TEST(ParseBind, names_stand_for_both_families_the_second_optional) {
  const auto local = parse_bind("localhost:1883");
  ASSERT_TRUE(local);
  ASSERT_EQ(local->size(), 2U);
  EXPECT_EQ((*local)[0].ip, "127.0.0.1");
  EXPECT_FALSE((*local)[0].optional);
  EXPECT_EQ((*local)[1].ip, "::1");
  EXPECT_TRUE((*local)[1].optional);
}

TEST(ParseBind, refuses_everything_else) {
  for (const char* text : {"", ":", "1883", ":1883", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:18x", "::1:1883", "[]:1",
                           "[127.0.0.1]:1", "example.org:1", "127.0.0.1:1 ", " 127.0.0.1:1"}) {
    EXPECT_FALSE(parse_bind(text)) << text;
  }
}

TEST(AddressText, brackets_ipv6) {
  EXPECT_EQ(address_text("127.0.0.1", 80), "127.0.0.1:80");
  EXPECT_EQ(address_text("::1", 80), "[::1]:80");
}

}  // namespace
}  // namespace godwit::app
