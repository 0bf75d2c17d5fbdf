#include "broker/routing/retained_walk.h"

#include <cstddef>

namespace godwit::routing {
namespace {

// The first text behind all that begin with '$', which no filter with a leading wildcard matches.
constexpr std::string_view kAfterDollar = "%";

// The topic ended above where the filter goes on with `level`: what can match lies under the
// topic, and as long as the filter is literal it is known where.
void seek_below(std::string_view topic, std::string_view level, mqtt::TopicLevels rest,
                std::string& target) {
  target.assign(topic).push_back('/');
  while (level != "+") {
    target.append(level);
    // Not further at `#`: it takes the text gathered so far as its parent.
    if (!rest.next(level) || level == "#") {
      return;
    }
    target.push_back('/');
  }
}

// Nothing more under the parent: the next sibling of the deepest level that `+` took may match.
WalkStep leave(std::string_view topic, std::size_t plus_end, std::string& target) {
  if (plus_end == std::string_view::npos) {
    return WalkStep::kEnd;
  }
  target.assign(topic.substr(0, plus_end));
  return WalkStep::kLeaveSubtree;
}

}  // namespace

WalkStep walk_step(mqtt::TopicFilter filter, mqtt::TopicName topic, std::string& target) {
  const std::string_view text = topic.text();
  mqtt::TopicLevels filter_levels = filter.levels();
  mqtt::TopicLevels topic_levels = topic.levels();
  std::string_view wanted;
  std::string_view level;
  std::size_t begin = 0;                          // Of `level` in the topic.
  std::size_t plus_end = std::string_view::npos;  // End of the last level that `+` took.
  while (filter_levels.next(wanted)) {
    const bool wildcard = wanted == "+" || wanted == "#";
    if (begin == 0 && wildcard && topic.begins_with_dollar()) {
      target = kAfterDollar;  // MQTT-4.7.2-1
      return WalkStep::kSeek;
    }
    // `a/#` takes `a` itself, so it is asked before whether the topic goes on.
    if (wanted == "#") {
      return WalkStep::kTake;
    }
    if (!topic_levels.next(level)) {
      seek_below(text, wanted, filter_levels, target);
      return WalkStep::kSeek;
    }
    if (wildcard) {
      plus_end = begin + level.size();
    } else if (level < wanted) {
      target.assign(text.substr(0, begin)).append(wanted);
      return WalkStep::kSeek;
    } else if (level > wanted) {
      return leave(text, plus_end, target);
    }
    begin += level.size() + 1;
  }
  // The filter ended. Deeper topics do not match; its own end was the deepest that could.
  return topic_levels.next(level) ? leave(text, plus_end, target) : WalkStep::kTake;
}

}  // namespace godwit::routing
