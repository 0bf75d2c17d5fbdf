// Standard input as messages: all of it, or a line at a time without blocking for more than there
// is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::app {

// All of standard input, waiting for its end; at most `bytes_max`.
[[nodiscard]] Result<std::string> read_to_end(int descriptor, std::size_t bytes_max);

class LineReader {
 public:
  // Lines of more than `bytes_max` are an error.
  LineReader(int descriptor, std::size_t bytes_max)
      : descriptor_(descriptor), bytes_max_(bytes_max) {}

  // Reads once; call it when the descriptor is readable.
  [[nodiscard]] Result<void> fill();
  // The next line without its end; none until more is there. Valid until the next fill. The last
  // one need not have an end.
  [[nodiscard]] std::optional<std::string_view> next();
  // Nothing more comes, and every line was taken.
  [[nodiscard]] bool done() const { return at_end_ && begin_ == buffer_.size(); }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
  const std::size_t bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;     // Of what was not taken.
  std::size_t searched_ = 0;  // There is no line end before it.
  bool at_end_ = false;
};

}  // namespace godwit::app
