#include "broker/access/rule.h"

namespace godwit::access {

bool Rule::concerns(const Subject& subject) const {
  switch (who) {
    case Who::kUser:
      return !subject.principal.anonymous() && subject.principal.user_name == name;
    case Who::kClient:
      return subject.client_id == name;
    case Who::kAnonymous:
      return subject.principal.anonymous();
    case Who::kAuthenticated:
      return !subject.principal.anonymous();
    case Who::kEveryone:
      return true;
  }
  return false;
}

bool resolve(const PatternLevel& level, std::size_t depth, const Subject& subject,
             ResolvedLevel& resolved) {
  using Kind = PatternLevel::Kind;
  resolved = {ResolvedLevel::Kind::kLiteral, level.text};
  switch (level.kind) {
    case Kind::kLiteral:
      return true;
    case Kind::kPlus:
      resolved.kind = ResolvedLevel::Kind::kPlus;
      return true;
    case Kind::kHash:
      resolved.kind = ResolvedLevel::Kind::kHash;
      return true;
    case Kind::kClientId:
      resolved.text = subject.client_id;
      break;
    case Kind::kUserName:
      resolved.text = subject.principal.user_name;
      break;
  }
  const bool at_top_and_dollar = depth == 0 && resolved.text.starts_with('$');
  return !resolved.text.empty() && !at_top_and_dollar &&
         resolved.text.find_first_of("/+#") == std::string_view::npos;
}

bool matches(const Rule& rule, const Subject& subject, mqtt::TopicName topic) {
  mqtt::TopicLevels levels = topic.levels();
  std::string_view given;
  for (std::size_t depth = 0; depth < rule.pattern.size(); ++depth) {
    ResolvedLevel wanted;
    if (!resolve(rule.pattern[depth], depth, subject, wanted)) {
      return false;
    }
    // MQTT-4.7.2-1
    if (depth == 0 && wanted.wildcard() && topic.begins_with_dollar()) {
      return false;
    }
    if (wanted.kind == ResolvedLevel::Kind::kHash) {
      return true;
    }
    if (!levels.next(given) || (!wanted.wildcard() && wanted.text != given)) {
      return false;
    }
  }
  return !levels.next(given);
}

}  // namespace godwit::access
