#include "storage/key.h"

#include <gtest/gtest.h>

namespace godwit::storage {
namespace {

using namespace std::string_view_literals;

TEST(Key, is_compared_as_unsigned_bytes_and_then_by_length) {
  EXPECT_TRUE(compare(as_bytes("a"), as_bytes("b")) < 0);
  EXPECT_TRUE(compare(as_bytes("a"), as_bytes("a\0"sv)) < 0);
  EXPECT_TRUE(compare(as_bytes("\x7f"), as_bytes("\x80")) < 0);
  EXPECT_TRUE(compare({}, as_bytes("\0"sv)) < 0);
  EXPECT_TRUE(compare(as_bytes("ab"), as_bytes("ab")) == 0);
  EXPECT_TRUE(compare({}, {}) == 0);
}

TEST(KeyRange, of_a_prefix_has_all_that_begin_with_it) {
  const KeyRange range = with_prefix(as_bytes("a\xff"));
  EXPECT_TRUE(range.contains(as_bytes("a\xff")));
  EXPECT_TRUE(range.contains(as_bytes("a\xff\xff\xff")));
  EXPECT_FALSE(range.contains(as_bytes("a\xfe\xff")));
  EXPECT_FALSE(range.contains(as_bytes("b")));
}

TEST(KeyRange, has_no_end_where_no_key_is_behind_the_prefix) {
  const KeyRange range = with_prefix(as_bytes("\xff\xff"));
  EXPECT_TRUE(range.end.empty());
  EXPECT_TRUE(range.contains(as_bytes("\xff\xff\xff")));
  EXPECT_FALSE(range.contains(as_bytes("\xff\xfe")));
  EXPECT_TRUE(with_prefix({}).contains(as_bytes("anything")));
}

TEST(KeyRange, resumes_inside_a_prefix) {
  const KeyRange range = with_prefix_from(as_bytes("q"), as_bytes("q5"));
  EXPECT_FALSE(range.contains(as_bytes("q4")));
  EXPECT_TRUE(range.contains(as_bytes("q5")));
  EXPECT_TRUE(range.contains(as_bytes("q9")));
  EXPECT_FALSE(range.contains(as_bytes("r")));
}

}  // namespace
}  // namespace godwit::storage
