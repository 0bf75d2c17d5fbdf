// All topics and filters that are small: what the oracle tests of this folder walk through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/mqtt/topic.h"

namespace godwit::routing::testing {

// Every join of 1 to `levels_max` of `words`, except the empty text.
inline std::vector<std::string> joins(const std::vector<std::string>& words, int levels_max) {
  std::vector<std::string> all;
  std::vector<std::string> longest = words;
  for (int levels = 1; levels <= levels_max; ++levels) {
    if (levels > 1) {
      std::vector<std::string> longer;
      for (const std::string& head : longest) {
        for (const std::string& word : words) {
          longer.push_back(head);
          longer.back().append("/").append(word);
        }
      }
      longest = std::move(longer);
    }
    for (const std::string& text : longest) {
      if (!text.empty()) {
        all.push_back(text);
      }
    }
  }
  return all;
}

inline std::vector<std::string> small_topics(int levels_max) {
  return joins({"a", "b", "", "$x"}, levels_max);
}

// With `+` as a word, and everything once more with `#` behind it.
inline std::vector<std::string> small_filters(int levels_max) {
  std::vector<std::string> filters = joins({"a", "b", "", "$x", "+"}, levels_max);
  std::vector<std::string> all = filters;
  all.emplace_back("#");
  all.emplace_back("/#");
  for (const std::string& filter : joins({"a", "b", "", "$x", "+"}, levels_max - 1)) {
    all.push_back(filter + "/#");
  }
  return all;
}

inline mqtt::TopicName name(std::string_view text) { return mqtt::TopicName::from_checked(text); }
inline mqtt::TopicFilter filter(std::string_view text) {
  return mqtt::TopicFilter::from_checked(text);
}

}  // namespace godwit::routing::testing
