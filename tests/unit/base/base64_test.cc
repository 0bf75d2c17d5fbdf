#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace godwit {
namespace {

struct Pair {
  std::string_view bytes;
  std::string_view text;
};

// RFC 4648, section 10.
constexpr Pair kVectors[] = {{"", ""},
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}};

TEST(Base64, agrees_with_the_published_vectors) {
  for (const Pair& pair : kVectors) {
    EXPECT_EQ(to_base64(as_bytes(pair.bytes)), pair.text);
    const auto bytes = from_base64(pair.text);
    ASSERT_TRUE(bytes) << pair.text;
    EXPECT_EQ(as_text(*bytes), pair.bytes);
  }
}

TEST(Base64, carries_every_byte) {
  Bytes all;
  for (unsigned i = 0; i < 256; ++i) {
    all.push_back(static_cast<std::byte>(i));
    EXPECT_EQ(from_base64(to_base64(all)), all);
  }
}

TEST(Base64, has_one_text_for_each_run_of_bytes) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "==", "====", "Zm9v=", "Zm9v\n", "Zm 9",
        "Zm9-", "Zg==Zg==", "Z===", "Zm\x80v"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  EXPECT_FALSE(from_base64(std::string_view("Zm\0v", 4)));
}

}  // namespace
}  // namespace godwit
