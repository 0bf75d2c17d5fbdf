#include "base/compact_text.h"

#include <gtest/gtest.h>

namespace godwit::test {
namespace {

TEST(CompactText, is_a_pointer) { static_assert(sizeof(CompactText) == sizeof(void*)); }

TEST(CompactText, keeps_its_bytes_whatever_they_are) {
  const std::string with_zero("a\0b", 3);
  const CompactText text(with_zero);
  EXPECT_EQ(text.view(), with_zero);
  EXPECT_EQ(text.size(), 3U);
  EXPECT_FALSE(text.empty());
}

TEST(CompactText, an_empty_one_is_a_default_one) {
  EXPECT_EQ(CompactText(""), CompactText());
  EXPECT_TRUE(CompactText(std::string()).empty());
  EXPECT_EQ(CompactText().view(), "");
}

TEST(CompactText, is_compared_by_its_bytes) {
  const CompactText text("sensor");
  EXPECT_EQ(text, CompactText(std::string("sensor")));
  EXPECT_EQ(text, "sensor");
  EXPECT_NE(text, std::string_view("sensors"));
  EXPECT_NE(text, CompactText());
}

TEST(CompactText, a_copy_is_its_own) {
  CompactText text("first");
  const CompactText copy = text;
  text = "second";
  EXPECT_EQ(copy, "first");
  EXPECT_EQ(text, "second");
}

}  // namespace
}  // namespace godwit::test
