// The few topics and filters of which traces are made, and which filter takes which topic, worked
// out by a matcher of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace godwit::model {

// In the order in which retained messages are read (broker/routing/topic_order.h).
inline constexpr std::array<std::string_view, 7> kTopics{"/a",  "$s/a", "a",     "a/",
                                                         "a/b", "b",    "long/b"};
inline constexpr std::array<std::string_view, 11> kFilters{
    "a", "a/b", "+", "#", "a/+", "a/#", "+/b", "+/+", "$s/#", "$s/+", "/+"};

using TopicIndex = std::uint8_t;
using FilterIndex = std::uint8_t;

// Section 4.7, level by level.
[[nodiscard]] constexpr bool takes(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) {
    return false;
  }
  while (true) {
    if (filter == "#") {
      return true;
    }
    const std::string_view wanted = filter.substr(0, filter.find('/'));
    const std::string_view level = topic.substr(0, topic.find('/'));
    if (wanted != "+" && wanted != level) {
      return false;
    }
    const bool filter_ends = wanted.size() == filter.size();
    const bool topic_ends = level.size() == topic.size();
    if (topic_ends) {
      return filter_ends || filter.substr(wanted.size()) == "/#";
    }
    if (filter_ends) {
      return false;
    }
    filter.remove_prefix(wanted.size() + 1);
    topic.remove_prefix(level.size() + 1);
  }
}

}  // namespace godwit::model
