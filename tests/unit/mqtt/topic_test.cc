#include "broker/mqtt/topic.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/mqtt/small_texts.h"

namespace godwit::mqtt::test {
namespace {

std::optional<TopicError> name_error(std::string_view text) {
  return TopicName::check(text, CodecLimits{});
}

std::optional<TopicError> filter_error(std::string_view text) {
  return TopicFilter::check(text, CodecLimits{});
}

// Section 4.7.1, a level at a time.
bool is_filter(const std::string& text) {
  const std::vector<std::string> levels = split(text);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string& level = levels[i];
    const bool is_wildcard = level == "+" || (level == "#" && i + 1 == levels.size());
    if (!is_wildcard && level.find_first_of("+#") != std::string::npos) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace

// MQTT-4.7.3-1, MQTT-4.7.3-2, MQTT-4.7.3-3, MQTT-4.7.0-1, MQTT311-4.7.3-3
TEST(TopicName, is_refused_with_the_rule_it_breaks) {
  EXPECT_EQ(name_error(""), TopicError::kEmpty);
  EXPECT_EQ(name_error(std::string(65'536, 'a')), TopicError::kTooLong);
  EXPECT_EQ(name_error(std::string("a\0b", 3)), TopicError::kNotUtf8);
  EXPECT_EQ(name_error("a/\xFF"), TopicError::kNotUtf8);
  EXPECT_EQ(name_error("a/+"), TopicError::kWildcardInName);
  EXPECT_EQ(name_error("\xC3\xA9/#"), TopicError::kWildcardInName);
  EXPECT_EQ(name_error(std::string(128, '/')), TopicError::kTooManyLevels);
}

TEST(TopicName, may_be_any_other_text) {
  for (const char* text : {"a", "/", "//", "a b", "$SYS/x", "$share/g/t", "\xEF\xBB\xBF", "*", "\"",
                           "\xC3\xA9/\xE2\x82\xAC", "!", "\"\"\"\"\"\"\"\"", "********", ",,,,,,,,",
                           "$$$$$$$$", "********/\"\"\"\"\"\"\"\",,,,"}) {
    EXPECT_EQ(name_error(text), std::nullopt) << text;
  }
  EXPECT_EQ(name_error(std::string(65'535, 'a')), std::nullopt);
  EXPECT_EQ(name_error(std::string(127, '/')), std::nullopt);
}

// Eight bytes are looked at together: nothing may hide at any place of texts of any size.
TEST(TopicName, shows_what_is_wrong_at_every_place) {
  for (std::size_t size = 1; size <= 33; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      for (const char wildcard : {'+', '#'}) {
        text[at] = wildcard;
        ASSERT_EQ(name_error(text), TopicError::kWildcardInName) << text;
      }
      for (const char bad : {'\0', '\x80'}) {
        text[at] = bad;
        ASSERT_EQ(name_error(text), TopicError::kNotUtf8) << size << " " << at;
      }
    }
  }
}

// Every character of ASCII next to every other: the fast way and the slow one agree.
TEST(TopicName, is_refused_for_no_other_character_of_ascii) {
  for (char first = 1; first < 0x7F; ++first) {
    for (char second = 1; second < 0x7F; ++second) {
      const std::string text = std::string("abc") + first + second + "defgh";
      const bool has_wildcard = text.find_first_of("+#") != std::string::npos;
      ASSERT_EQ(name_error(text).has_value(), has_wildcard) << text;
    }
  }
}

TEST(TopicName, counts_levels_up_to_the_limit_it_is_given) {
  CodecLimits limits;
  limits.topic_levels_max = 3;
  EXPECT_EQ(TopicName::check("a/b/c", limits), std::nullopt);
  EXPECT_EQ(TopicName::check("//", limits), std::nullopt);
  EXPECT_EQ(TopicName::check("a/b/c/", limits), TopicError::kTooManyLevels);
  EXPECT_EQ(TopicFilter::check("$share/g/a/b/c", limits), std::nullopt);
  EXPECT_EQ(TopicFilter::check("$share/g/a/b/c/d", limits), TopicError::kTooManyLevels);
}

TEST(TopicName, says_whether_it_begins_with_a_dollar) {
  EXPECT_TRUE(TopicName::from_checked("$SYS").begins_with_dollar());
  EXPECT_FALSE(TopicName::from_checked("a/$b").begins_with_dollar());
  EXPECT_FALSE(TopicName().begins_with_dollar());
}

TEST(TopicLevels, are_what_stands_between_slashes) {
  for (const std::string& text : small_texts("a/", 5)) {
    TopicLevels levels = TopicName::from_checked(text).levels();
    std::vector<std::string> walked;
    std::string_view level;
    while (levels.next(level)) {
      walked.emplace_back(level);
    }
    ASSERT_EQ(walked, split(text)) << text;
  }
}

// MQTT-4.7.1-1, MQTT-4.7.1-2, MQTT311-4.7.1-2, -3: against the definition, for all small texts.
TEST(TopicFilter, has_wildcards_only_where_they_may_stand) {
  for (const std::string& text : small_texts("a/+#", 6)) {
    ASSERT_EQ(!filter_error(text).has_value(), is_filter(text)) << text;
  }
}

TEST(TopicFilter, is_refused_with_the_rule_it_breaks) {
  EXPECT_EQ(filter_error(""), TopicError::kEmpty);
  EXPECT_EQ(filter_error(std::string(65'536, 'a')), TopicError::kTooLong);
  EXPECT_EQ(filter_error("a/\xED\xA0\x80"), TopicError::kNotUtf8);
  EXPECT_EQ(filter_error("a#"), TopicError::kWildcardMisplaced);
  EXPECT_EQ(filter_error("+a"), TopicError::kWildcardMisplaced);
  EXPECT_EQ(filter_error(std::string(65'535, '/')), TopicError::kTooManyLevels);
}

// MQTT-4.8.2-1, MQTT-4.8.2-2
TEST(TopicFilter, needs_a_share_name_and_a_filter_behind_share) {
  for (const char* text : {"$share/", "$share//", "$share//t", "$share/g", "$share/g/",
                           "$share/+/t", "$share/#/t", "$share/g#/t", "$share/+", "$share/g+"}) {
    EXPECT_EQ(filter_error(text), TopicError::kShareNameInvalid) << text;
  }
  EXPECT_EQ(filter_error("$share/g/a#"), TopicError::kWildcardMisplaced);
  for (const char* text : {"$share", "$shared/g", "$SHARE//t", "a/$share//t"}) {
    EXPECT_EQ(filter_error(text), std::nullopt) << text;
    EXPECT_FALSE(TopicFilter::from_checked(text).is_shared()) << text;
    EXPECT_EQ(TopicFilter::from_checked(text).share_name(), "") << text;
  }
}

// E-030
TEST(TopicFilter, takes_a_shared_filter_apart) {
  const struct {
    const char* text;
    const char* share_name;
    const char* pattern;
  } rows[] = {
      {"$share/g/a", "g", "a"},
      {"$share/g//a", "g", "/a"},
      {"$share/g/#", "g", "#"},
      {"$share/my group/+/b", "my group", "+/b"},
      {"$share/$share/$share/a", "$share", "$share/a"},
      {"$share/g//", "g", "/"},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(filter_error(row.text), std::nullopt) << row.text;
    const TopicFilter filter = TopicFilter::from_checked(row.text);
    EXPECT_TRUE(filter.is_shared());
    EXPECT_EQ(filter.text(), row.text);
    EXPECT_EQ(filter.share_name(), row.share_name);
    EXPECT_EQ(filter.pattern(), row.pattern);
  }
}

TEST(TopicFilter, says_whether_its_pattern_has_a_wildcard) {
  EXPECT_TRUE(TopicFilter::from_checked("a/+").has_wildcard());
  EXPECT_TRUE(TopicFilter::from_checked("$share/g/#").has_wildcard());
  EXPECT_FALSE(TopicFilter::from_checked("$share/g/a").has_wildcard());
}

// MQTT-4.7.3-4, MQTT311-4.7.3-4
TEST(Topic, is_compared_byte_by_byte) {
  EXPECT_EQ(TopicName::from_checked("a"), TopicName::from_checked("a"));
  EXPECT_NE(TopicName::from_checked("a"), TopicName::from_checked("A"));
  EXPECT_NE(TopicName::from_checked("\xC3\xA9"), TopicName::from_checked("e\xCC\x81"));
  EXPECT_NE(TopicFilter::from_checked("a/+"), TopicFilter::from_checked("A/+"));
  EXPECT_EQ(TopicFilter::from_checked("$share/g/a"), TopicFilter::from_checked("$share/g/a"));
}

}  // namespace godwit::mqtt::test
