#include "broker/access/rule_parser.h"

#include <optional>
#include <string>
#include <utility>

#include "broker/access/lines.h"
#include "broker/mqtt/limits.h"

namespace godwit::access {
namespace {

using RuleOrSentence = Result<Rule, std::string>;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// The words of one line. A text in double quotes is one word; in it \" and \\ stand for themselves.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) { skip_blanks(); }

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] bool at_comment() const { return rest_.starts_with('#'); }

  // Nothing if there is no word left or a quote is not closed.
  std::optional<std::string> next() {
    if (rest_.empty()) {
      return std::nullopt;
    }
    std::optional<std::string> word;
    if (rest_.starts_with('"')) {
      word = next_quoted();
    } else {
      const std::size_t end = rest_.find_first_of(" \t");
      word = std::string(rest_.substr(0, end));
      rest_.remove_prefix(word->size());
    }
    skip_blanks();
    return word;
  }

 private:
  std::optional<std::string> next_quoted() {
    std::string word;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return word;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        ++i;
      }
      word.push_back(rest_[i]);
    }
    rest_ = {};
    return std::nullopt;
  }

  void skip_blanks() {
    const std::size_t begin = rest_.find_first_not_of(" \t");
    rest_.remove_prefix(begin == std::string_view::npos ? rest_.size() : begin);
  }

  std::string_view rest_;
};

std::optional<std::string> parse_verdict(Words& words, Rule& rule) {
  const std::string word = words.next().value_or("");
  rule.allow = word == "allow";
  if (rule.allow || word == "deny") {
    return std::nullopt;
  }
  return "a rule begins with allow or deny, not with " + quoted(word);
}

std::optional<std::string> parse_who(Words& words, Rule& rule) {
  const std::string word = words.next().value_or("");
  if (word == "anonymous") {
    rule.who = Rule::Who::kAnonymous;
  } else if (word == "authenticated") {
    rule.who = Rule::Who::kAuthenticated;
  } else if (word == "everyone") {
    rule.who = Rule::Who::kEveryone;
  } else if (word == "user" || word == "client") {
    rule.who = word == "user" ? Rule::Who::kUser : Rule::Who::kClient;
    rule.name = words.next().value_or("");
    if (rule.name.empty()) {
      return quoted(word) + " needs a name behind it (with spaces: in double quotes)";
    }
  } else {
    return "expected user NAME, client ID, anonymous, authenticated or everyone, not " +
           quoted(word);
  }
  return std::nullopt;
}

std::optional<std::string> parse_what(Words& words, Rule& rule) {
  const std::string word = words.next().value_or("");
  rule.publish = word == "publish" || word == "any";
  rule.subscribe = word == "subscribe" || word == "any";
  if (rule.publish || rule.subscribe) {
    return std::nullopt;
  }
  return "expected publish, subscribe or any, not " + quoted(word);
}

std::string_view explain(mqtt::TopicError error) {
  switch (error) {
    case mqtt::TopicError::kEmpty:
      return "it is empty";
    case mqtt::TopicError::kTooLong:
      return "it is over 65,535 bytes long";
    case mqtt::TopicError::kNotUtf8:
      return "it is not UTF-8, or has a character that MQTT forbids";
    case mqtt::TopicError::kWildcardInName:
    case mqtt::TopicError::kWildcardMisplaced:
      return "+ and # stand for whole levels, and # comes last";
    case mqtt::TopicError::kTooManyLevels:
      return "it has too many levels";
    case mqtt::TopicError::kShareNameInvalid:
      return "its share name is not valid";
  }
  return "it is not valid";
}

std::optional<PatternLevel> parse_level(std::string_view text) {
  using Kind = PatternLevel::Kind;
  if (text == "+") {
    return PatternLevel{Kind::kPlus, {}};
  }
  if (text == "#") {
    return PatternLevel{Kind::kHash, {}};
  }
  if (text == "%c") {
    return PatternLevel{Kind::kClientId, {}};
  }
  if (text == "%u") {
    return PatternLevel{Kind::kUserName, {}};
  }
  if (text.find("%c") != std::string_view::npos || text.find("%u") != std::string_view::npos) {
    return std::nullopt;
  }
  return PatternLevel{Kind::kLiteral, std::string(text)};
}

std::optional<std::string> parse_topics(Words& words, Rule& rule) {
  const std::optional<std::string> text = words.next();
  if (!text) {
    return "the topics are missing, or a quote is not closed";
  }
  if (const auto error = mqtt::TopicFilter::check(*text, mqtt::CodecLimits{})) {
    return quoted(*text) + " is not a topic filter: " + std::string(explain(*error));
  }
  const auto filter = mqtt::TopicFilter::from_checked(*text);
  if (filter.is_shared()) {
    return quoted(*text) + " names a share: write the topics alone, they count for every share";
  }
  mqtt::TopicLevels levels = filter.levels();
  std::string_view level;
  while (levels.next(level)) {
    std::optional<PatternLevel> parsed = parse_level(level);
    if (!parsed) {
      return quoted(level) + ": %c and %u stand for whole levels";
    }
    rule.pattern.push_back(std::move(*parsed));
  }
  if (!words.empty()) {
    return "there is more behind the topics (topics with spaces stand in double quotes)";
  }
  return std::nullopt;
}

RuleOrSentence parse_rule(Words words) {
  Rule rule;
  for (const auto parse : {parse_verdict, parse_who, parse_what, parse_topics}) {
    if (auto sentence = parse(words, rule)) {
      return fail(std::move(*sentence));
    }
  }
  return rule;
}

}  // namespace

Result<std::vector<Rule>, std::vector<Error>> parse_rules(std::string_view text,
                                                          std::string_view file_name) {
  std::vector<Rule> rules;
  std::vector<Error> errors;
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    Words words(line);
    if (words.empty() || words.at_comment()) {
      continue;
    }
    RuleOrSentence rule = parse_rule(words);
    if (rule) {
      rules.push_back(std::move(*rule));
    } else {
      errors.push_back(error_at(file_name, lines.number(), rule.error()));
    }
  }
  if (!errors.empty()) {
    return fail(std::move(errors));
  }
  return rules;
}

}  // namespace godwit::access
