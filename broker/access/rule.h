// One line of a rule file, taken apart, and what it says of a topic. Private to the room.
//
// Pure values: immutable once parsed, read by all threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/access/policy.h"
#include "broker/access/principal.h"
#include "broker/mqtt/topic.h"

namespace godwit::access {

// One level of a rule's topics.
struct PatternLevel {
  enum class Kind : std::uint8_t { kLiteral, kPlus, kHash, kClientId, kUserName };
  Kind kind = Kind::kLiteral;
  std::string text;  // Of a literal.
};

// A level as it counts for one subject: %c and %u have become texts.
struct ResolvedLevel {
  enum class Kind : std::uint8_t { kLiteral, kPlus, kHash };
  Kind kind = Kind::kLiteral;
  std::string_view text;

  [[nodiscard]] bool wildcard() const { return kind != Kind::kLiteral; }
};

struct Rule {
  enum class Who : std::uint8_t { kUser, kClient, kAnonymous, kAuthenticated, kEveryone };

  bool allow = false;
  Who who = Who::kEveryone;
  std::string name;  // Of the user or client, for these two.
  bool publish = false;
  bool subscribe = false;
  std::vector<PatternLevel> pattern;

  [[nodiscard]] bool concerns(const Subject& subject) const;
  [[nodiscard]] bool concerns(Action action) const {
    return action == Action::kPublish ? publish : subscribe;
  }
};

// `level`, the one at `depth`, for `subject`. False if it can match nothing: the name is empty (an
// anonymous user), contains `/`, `+` or `#`, or begins with `$` at the top, where nobody gets the
// server's own topics by the choice of a name.
[[nodiscard]] bool resolve(const PatternLevel& level, std::size_t depth, const Subject& subject,
                           ResolvedLevel& resolved);

// Whether the rule's topics include this one, by the rules of section 4.7 (the `$` one included).
// Allocates nothing.
[[nodiscard]] bool matches(const Rule& rule, const Subject& subject, mqtt::TopicName topic);

}  // namespace godwit::access
