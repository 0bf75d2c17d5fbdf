#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "broker/mqtt/topic.h"
#include "tests/unit/mqtt/small_texts.h"

namespace godwit::mqtt::test {
namespace {

bool is_match(std::string_view filter, std::string_view name) {
  return matches(TopicFilter::from_checked(filter), TopicName::from_checked(name));
}

using Levels = std::span<const std::string>;

// Section 4.7 as a definition.
bool levels_match(Levels filter, Levels name) {
  if (filter.empty()) {
    return name.empty();
  }
  if (filter[0] == "#") {
    return true;
  }
  return !name.empty() && (filter[0] == "+" || filter[0] == name[0]) &&
         levels_match(filter.subspan(1), name.subspan(1));
}

bool defined_match(const std::string& filter, const std::string& name) {
  const bool begins_with_wildcard = filter[0] == '+' || filter[0] == '#';
  if (name[0] == '$' && begins_with_wildcard) {
    return false;
  }
  return levels_match(split(filter), split(name));
}

}  // namespace

// E-087, E-088, MQTT-4.7.2-1, MQTT311-4.7.2-1
TEST(Matches, keeps_the_table_of_the_standard) {
  const struct {
    const char* filter;
    const char* name;
    bool matches;
  } rows[] = {
      {"a/#", "a", true},
      {"a/#", "a/", true},
      {"a/#", "a/b/c", true},
      {"a/#", "ab", false},
      {"a/+", "a/", true},
      {"a/+", "a/b", true},
      {"a/+", "a", false},
      {"a/+", "a/b/c", false},
      {"+", "a", true},
      {"+", "/x", false},
      {"+/+", "/x", true},
      {"/+", "/x", true},
      {"#", "/", true},
      {"#", "a/b", true},
      {"a/+/b", "a//b", true},
      {"a//b", "a//b", true},
      {"a/b", "a//b", false},
      {"a/b", "a/b", true},
      {"a/b", "A/b", false},
      {"a/b", "a/b/", false},
      {"a/b/", "a/b", false},
      {"+/b/#", "a/b", true},
      {"#", "$SYS/x", false},
      {"+/x", "$SYS/x", false},
      {"$SYS/#", "$SYS", true},
      {"$SYS/#", "$SYS/x/y", true},
      {"$SYS/+", "$SYS/x", true},
      {"a/+", "a/$b", true},
      {"a/#", "a/$b/c", true},
      {"/#", "/$b", true},
      {"\xC3\xA9", "e\xCC\x81", false},
      {"\xEF\xBB\xBF"
       "a",
       "\xEF\xBB\xBF"
       "a",
       true},
      {"\xEF\xBB\xBF"
       "a",
       "a", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(is_match(row.filter, row.name), row.matches) << row.filter << " and " << row.name;
  }
}

// E-030
TEST(Matches, looks_at_the_filter_part_of_a_share) {
  EXPECT_TRUE(is_match("$share/g/a/+", "a/b"));
  EXPECT_TRUE(is_match("$share/g//a", "/a"));
  EXPECT_FALSE(is_match("$share/g//a", "a"));
  EXPECT_FALSE(is_match("$share/g/#", "$SYS/x"));
  EXPECT_TRUE(is_match("$share/g/$SYS/#", "$SYS/x"));
}

TEST(Matches, agrees_with_the_definition_on_all_small_texts) {
  const std::vector<std::string> names = small_texts("a/$", 5);
  std::size_t pairs = 0;
  for (const std::string& filter : small_texts("a/+#$", 5)) {
    if (TopicFilter::check(filter, CodecLimits{})) {
      continue;
    }
    for (const std::string& name : names) {
      if (name.empty()) {
        continue;
      }
      ASSERT_EQ(is_match(filter, name), defined_match(filter, name)) << filter << " and " << name;
      ++pairs;
    }
  }
  EXPECT_GT(pairs, 100'000U);
}

// E-093: no recursion and no quadratic time.
TEST(Matches, walks_many_levels) {
  const std::string slashes(65'535, '/');
  EXPECT_TRUE(is_match(slashes, slashes));
  EXPECT_TRUE(is_match("/#", slashes));
  EXPECT_FALSE(is_match("/+", slashes));
}

TEST(Matches, nothing_without_a_name) { EXPECT_FALSE(matches(TopicFilter::from_checked("#"), {})); }

}  // namespace godwit::mqtt::test
