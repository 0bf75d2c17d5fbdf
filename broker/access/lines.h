// Lines of a file and where a mistake stands, for the two parsers of this room. Private; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::access {

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // False at the end. The end of the line is taken off, also the one of Windows.
  bool next(std::string_view& line) {
    if (rest_.empty()) {
      return false;
    }
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    ++number_;
    return true;
  }
  // Of the line that `next` gave last, counted from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

[[nodiscard]] inline Error error_at(std::string_view file_name, std::size_t line,
                                    std::string_view sentence) {
  std::string text(file_name);
  text.append(":").append(std::to_string(line)).append(": ").append(sentence);
  return {std::move(text)};
}

}  // namespace godwit::access
