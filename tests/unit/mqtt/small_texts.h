// All short texts over a small alphabet, for tests that leave nothing out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::mqtt::test {

// From the empty text to those of `size_max` characters.
[[nodiscard]] inline std::vector<std::string> small_texts(std::string_view alphabet,
                                                          std::size_t size_max) {
  std::vector<std::string> texts = {""};
  for (std::size_t begin = 0; texts[begin].size() < size_max; ++begin) {
    for (const char c : alphabet) {
      texts.push_back(texts[begin] + c);
    }
  }
  return texts;
}

// At each '/': "a//b" gives "a", "", "b".
[[nodiscard]] inline std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> levels(1);
  for (const char c : text) {
    if (c == '/') {
      levels.emplace_back();
    } else {
      levels.back() += c;
    }
  }
  return levels;
}

}  // namespace godwit::mqtt::test
