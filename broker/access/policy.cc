#include "broker/access/policy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "broker/access/rule.h"
#include "broker/access/rule_parser.h"

namespace godwit::access {

// Rules in the order of the file, and where to find those that can concern a subject: a file with
// a line for each of ten thousand devices asks a device only its own and the common ones.
struct Policy::Rules {
  using Positions = std::vector<std::uint32_t>;

  void add(Rule rule) {
    const auto position = static_cast<std::uint32_t>(rules.size());
    levels_max = std::max(levels_max, rule.pattern.size());
    switch (rule.who) {
      case Rule::Who::kUser:
        of_user[rule.name].push_back(position);
        break;
      case Rule::Who::kClient:
        of_client[rule.name].push_back(position);
        break;
      default:
        common.push_back(position);
    }
    rules.push_back(std::move(rule));
  }

  bool everything_allowed = false;
  std::vector<Rule> rules;
  std::map<std::string, Positions, std::less<>> of_user;
  std::map<std::string, Positions, std::less<>> of_client;
  Positions common;
  std::size_t levels_max = 0;
};

namespace {

// The rules that concern a subject and an action, in the order of the file.
template <class Rules>
class Concerned {
 public:
  Concerned(const Rules& rules, const Subject& subject, Action action)
      : rules_(rules), subject_(subject), action_(action) {
    positions_ = {find(rules.of_user, subject.principal.user_name),
                  find(rules.of_client, subject.client_id), rules.common};
  }

  // Null at the end.
  const Rule* next() {
    while (true) {
      Positions* first = nullptr;
      for (Positions& positions : positions_) {
        if (!positions.empty() && (first == nullptr || positions.front() < first->front())) {
          first = &positions;
        }
      }
      if (first == nullptr) {
        return nullptr;
      }
      const Rule& rule = rules_.rules[first->front()];
      *first = first->subspan(1);
      if (rule.concerns(action_) && rule.concerns(subject_)) {
        return &rule;
      }
    }
  }

 private:
  using Positions = std::span<const std::uint32_t>;

  template <class Map>
  static Positions find(const Map& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? Positions{} : Positions{found->second};
  }

  const Rules& rules_;
  const Subject& subject_;
  Action action_;
  std::array<Positions, 3> positions_;
};

using Pattern = std::vector<ResolvedLevel>;

Pattern pattern_of(mqtt::TopicFilter filter) {
  using Kind = ResolvedLevel::Kind;
  Pattern pattern;
  mqtt::TopicLevels levels = filter.levels();
  std::string_view text;
  while (levels.next(text)) {
    pattern.push_back({text == "#"   ? Kind::kHash
                       : text == "+" ? Kind::kPlus
                                     : Kind::kLiteral,
                       text});
  }
  return pattern;
}

// Nothing if the rule can match nothing for this subject.
std::optional<Pattern> pattern_of(const Rule& rule, const Subject& subject) {
  Pattern pattern(rule.pattern.size());
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!resolve(rule.pattern[i], i, subject, pattern[i])) {
      return std::nullopt;
    }
  }
  return pattern;
}

bool ends_open(const Pattern& pattern) { return pattern.back().kind == ResolvedLevel::Kind::kHash; }

// Whether every topic of `inner` is one of `outer`.
bool covers(const Pattern& outer, const Pattern& inner) {
  // MQTT-4.7.2-1
  if (outer[0].wildcard() && !inner[0].wildcard() && inner[0].text.starts_with('$')) {
    return false;
  }
  for (std::size_t i = 0; i < outer.size(); ++i) {
    if (outer[i].kind == ResolvedLevel::Kind::kHash) {
      return true;
    }
    if (i >= inner.size() || inner[i].kind == ResolvedLevel::Kind::kHash) {
      return false;
    }
    const bool same = !inner[i].wildcard() && inner[i].text == outer[i].text;
    if (!outer[i].wildcard() && !same) {
      return false;
    }
  }
  // `a` does not cover `a/#`, though that takes `a`.
  return inner.size() == outer.size();
}

// A level that no rule can name, because U+0000 is in no valid text.
constexpr std::string_view kFreshLevel{"\0", 1};

// The topic of `length` levels that both patterns match and that has a fresh text wherever both
// leave it open. False if there is none.
bool represent(const Pattern& a, const Pattern& b, std::size_t length, std::string& topic) {
  topic.clear();
  for (std::size_t i = 0; i < length; ++i) {
    // Beyond its levels a pattern that fits the length ends in `#`.
    const ResolvedLevel& of_a = a[std::min(i, a.size() - 1)];
    const ResolvedLevel& of_b = b[std::min(i, b.size() - 1)];
    if (!of_a.wildcard() && !of_b.wildcard() && of_a.text != of_b.text) {
      return false;
    }
    if (i > 0) {
      topic.push_back('/');
    }
    topic.append(!of_a.wildcard() ? of_a.text : !of_b.wildcard() ? of_b.text : kFreshLevel);
  }
  // `/#` has a parent that is no topic; and a leading wildcard takes no `$` (MQTT-4.7.2-1).
  const bool dollar_refused = topic.starts_with('$') && (a[0].wildcard() || b[0].wildcard());
  return !topic.empty() && !dollar_refused;
}

struct Lengths {
  std::size_t from = 1;
  std::size_t to = 0;
};

// The numbers of levels of the topics that both patterns can match, up to `longest`.
Lengths common_lengths(const Pattern& a, const Pattern& b, std::size_t longest) {
  Lengths lengths{1, longest};
  for (const Pattern* pattern : {&a, &b}) {
    const bool open = ends_open(*pattern);
    lengths.from = std::max(lengths.from, pattern->size() - (open ? 1 : 0));
    lengths.to = std::min(lengths.to, open ? longest : pattern->size());
  }
  return lengths;
}

struct Verdicts {
  bool allowed = false;
  bool denied = false;

  [[nodiscard]] bool both() const { return allowed && denied; }
  [[nodiscard]] FilterAccess access() const {
    if (both()) {
      return FilterAccess::kSome;
    }
    return allowed ? FilterAccess::kAll : FilterAccess::kNone;
  }
};

}  // namespace

Policy::Policy(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

Result<std::shared_ptr<const Policy>, std::vector<Error>> Policy::parse(
    std::string_view text, std::string_view file_name) {
  auto parsed = parse_rules(text, file_name);
  if (!parsed) {
    return fail(std::move(parsed.error()));
  }
  auto rules = std::make_shared<Rules>();
  for (Rule& rule : *parsed) {
    rules->add(std::move(rule));
  }
  return std::shared_ptr<const Policy>(new Policy(std::move(rules)));
}

std::shared_ptr<const Policy> Policy::allow_all() {
  auto rules = std::make_shared<Rules>();
  rules->everything_allowed = true;
  return std::shared_ptr<const Policy>(new Policy(std::move(rules)));
}

bool Policy::authorize(const Subject& subject, Action action, mqtt::TopicName topic) const {
  if (rules_->everything_allowed) {
    return true;
  }
  Concerned concerned(*rules_, subject, action);
  while (const Rule* rule = concerned.next()) {
    if (matches(*rule, subject, topic)) {
      return rule->allow;
    }
  }
  return false;
}

// Exact, by asking about finitely many topics that stand for all. For a rule R and a length n take
// the topic t of n levels that both the filter and R match, with a fresh text at each level that
// both leave open. An earlier rule that matches t is open at these levels too, and so matches every
// topic of n levels that the filter and R match. So if R decides any topic of that length, it
// decides t: the verdicts on these t, over all R and n, are all verdicts that occur. The default
// comes last, as a rule that denies everything. Above the longest pattern all lengths are alike.
//
// It ends at the first rule that covers the filter, since it decides what is left, or as soon as
// both verdicts have been seen.
FilterAccess Policy::authorize_filter(const Subject& subject, mqtt::TopicFilter filter) const {
  if (rules_->everything_allowed) {
    return FilterAccess::kAll;
  }
  const Pattern wanted = pattern_of(filter);
  const std::size_t longest = std::max(wanted.size(), rules_->levels_max) + 1;
  Verdicts verdicts;
  std::string topic;
  const auto ask = [&](const Pattern& pattern, bool verdict) {
    const Lengths lengths = common_lengths(wanted, pattern, longest);
    for (std::size_t length = lengths.from; length <= lengths.to; ++length) {
      if (verdict ? verdicts.allowed : verdicts.denied) {
        return;
      }
      if (represent(wanted, pattern, length, topic)) {
        const auto name = mqtt::TopicName::from_checked(topic);
        const bool allowed = authorize(subject, Action::kSubscribe, name);
        (allowed ? verdicts.allowed : verdicts.denied) = true;
      }
    }
  };
  Concerned concerned(*rules_, subject, Action::kSubscribe);
  while (const Rule* rule = concerned.next()) {
    const std::optional<Pattern> pattern = pattern_of(*rule, subject);
    if (!pattern) {
      continue;
    }
    ask(*pattern, rule->allow);
    if (verdicts.both() || covers(*pattern, wanted)) {
      return verdicts.access();
    }
  }
  ask(wanted, false);
  return verdicts.access();
}

}  // namespace godwit::access
