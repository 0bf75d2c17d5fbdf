// What a policy says of topics and filters, against a reading of its lines that is slow and plain.
//
// Topics and filters are all small ones. One word stands in no rule and no name, so that what holds
// for any other word is seen too; with topics a level longer than every rule that is all there is.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "broker/access/policy.h"

namespace godwit::access {
namespace {

constexpr int kRuleLevels = 3;

struct Line {
  bool allow;
  std::string who;
  std::string what;
  std::string topics;

  [[nodiscard]] std::string text() const {
    return (allow ? "allow " : "deny ") + who + " " + what + " " + topics + "\n";
  }
};

mqtt::TopicName name(std::string_view text) { return mqtt::TopicName::from_checked(text); }
mqtt::TopicFilter filter(std::string_view text) { return mqtt::TopicFilter::from_checked(text); }

void join(const std::vector<std::string>& words, int levels_left, const std::string& head,
          std::vector<std::string>& all) {
  for (const std::string& word : words) {
    const std::string text = head + word;
    if (!text.empty()) {
      all.push_back(text);
    }
    if (levels_left > 1 && word != "#") {
      join(words, levels_left - 1, text + "/", all);
    }
  }
}

std::vector<std::string> joins(const std::vector<std::string>& words, int levels_max) {
  std::vector<std::string> all;
  join(words, levels_max, "", all);
  return all;
}

// The line's topics for this subject, as text; empty if they can match nothing.
std::string for_subject(const std::string& topics, const Subject& subject) {
  std::string result;
  mqtt::TopicLevels levels(topics);
  std::string_view level;
  bool first = true;
  while (levels.next(level)) {
    if (level == "%c" || level == "%u") {
      level = level == "%c" ? subject.client_id : std::string_view(subject.principal.user_name);
      if (level.empty() || level.find_first_of("/+#") != std::string_view::npos ||
          (first && level[0] == '$')) {
        return "";
      }
    }
    result += first ? "" : "/";
    result += level;
    first = false;
  }
  return result;
}

bool concerns(const Line& line, const Subject& subject, Action action) {
  const std::string user_name(subject.principal.user_name);
  const bool who = line.who == "everyone" || (line.who == "anonymous" && user_name.empty()) ||
                   (line.who == "authenticated" && !user_name.empty()) ||
                   (!user_name.empty() && line.who == "user " + user_name) ||
                   line.who == "client " + std::string(subject.client_id);
  return who && (line.what == "any" ||
                 line.what == (action == Action::kPublish ? "publish" : "subscribe"));
}

bool naive(const std::vector<Line>& lines, const Subject& subject, Action action,
           std::string_view topic) {
  for (const Line& line : lines) {
    const std::string topics = for_subject(line.topics, subject);
    if (concerns(line, subject, action) && !topics.empty() &&
        mqtt::matches(filter(topics), name(topic))) {
      return line.allow;
    }
  }
  return false;
}

class PolicyOracle : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const std::string& draw(const std::vector<std::string>& from) {
    return from[random_() % from.size()];
  }

  std::vector<Line> draw_lines() {
    static const std::vector<std::string> kWho = {"everyone",  "everyone", "authenticated",
                                                  "anonymous", "user a",   "client b"};
    static const std::vector<std::string> kWhat = {"any", "subscribe", "subscribe", "publish"};
    static const std::vector<std::string> kTopics =
        joins({"a", "b", "", "$x", "%c", "%u", "+", "+", "#", "#"}, kRuleLevels);
    // Short ones often: they overlap more.
    static const std::vector<std::string> kShort = joins({"a", "%c", "+", "#"}, 2);
    std::vector<Line> lines(random_() % 7);
    for (Line& line : lines) {
      line = {random_() % 2 == 0, draw(kWho), draw(kWhat), draw(random_() % 2 ? kTopics : kShort)};
    }
    return lines;
  }

  std::mt19937_64 random_{GetParam()};
};

TEST_P(PolicyOracle, says_of_every_small_topic_and_filter_what_the_lines_say) {
  const std::vector<std::string> topics = joins({"a", "b", "", "$x", "z"}, kRuleLevels + 1);
  const std::vector<std::string> filters = joins({"a", "b", "", "$x", "+", "#"}, kRuleLevels);
  std::vector<std::vector<std::size_t>> matching(filters.size());
  for (std::size_t f = 0; f < filters.size(); ++f) {
    for (std::size_t t = 0; t < topics.size(); ++t) {
      if (mqtt::matches(filter(filters[f]), name(topics[t]))) {
        matching[f].push_back(t);
      }
    }
  }
  const std::vector<std::string> user_names = {"", "a", "$x", "+"};
  const std::vector<std::string> client_ids = {"a", "b", "$x", "a/b", "#"};

  for (int round = 0; round < 40; ++round) {
    const std::vector<Line> lines = draw_lines();
    std::string text;
    for (const Line& line : lines) {
      text += line.text();
    }
    const Principal principal{TenantId{}, draw(user_names)};
    const Subject subject{principal, draw(client_ids)};
    SCOPED_TRACE("seed " + std::to_string(GetParam()) + " user " +
                 std::string(principal.user_name) + " client " + std::string(subject.client_id) +
                 "\n" + text);
    const auto policy = Policy::parse(text, "rules");
    ASSERT_TRUE(policy.has_value());

    std::vector<bool> allowed;
    for (const std::string& topic : topics) {
      allowed.push_back(naive(lines, subject, Action::kSubscribe, topic));
      ASSERT_EQ((*policy)->authorize(subject, Action::kSubscribe, name(topic)), allowed.back())
          << topic;
      ASSERT_EQ((*policy)->authorize(subject, Action::kPublish, name(topic)),
                naive(lines, subject, Action::kPublish, topic))
          << topic;
    }
    for (std::size_t f = 0; f < filters.size(); ++f) {
      bool any = false;
      bool all = true;
      for (const std::size_t t : matching[f]) {
        any = any || allowed[t];
        all = all && allowed[t];
      }
      const FilterAccess expected = !any  ? FilterAccess::kNone
                                    : all ? FilterAccess::kAll
                                          : FilterAccess::kSome;
      ASSERT_EQ((*policy)->authorize_filter(subject, filter(filters[f])), expected) << filters[f];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PolicyOracle, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

}  // namespace
}  // namespace godwit::access
