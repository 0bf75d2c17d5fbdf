// The order of topics in which a subtree is one range: bytes as they are, but '/' below all others.
//
// Then `a` is followed by everything under `a/` and only then by `a!` or `ab`, and within a parent
// the children come in the order of their level's bytes. Pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace godwit::routing {

// U+0000 is not allowed in a topic, so 0 is free for the slash.
[[nodiscard]] inline unsigned char topic_rank(char c) {
  return c == '/' ? 0 : static_cast<unsigned char>(c);
}

[[nodiscard]] inline bool topic_before(std::string_view a, std::string_view b) {
  const std::size_t both = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (a[i] != b[i]) {
      return topic_rank(a[i]) < topic_rank(b[i]);
    }
  }
  return a.size() < b.size();
}

// Whether `topic` is `parent` or lies under it.
[[nodiscard]] inline bool in_subtree(std::string_view topic, std::string_view parent) {
  return topic.starts_with(parent) &&
         (topic.size() == parent.size() || topic[parent.size()] == '/');
}

}  // namespace godwit::routing
