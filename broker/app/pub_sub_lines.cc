#include "broker/app/pub_sub_lines.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace godwit::app {
namespace {

// Appends what is there. False at the end.
Result<bool> read_once(int descriptor, std::string& text) {
  std::array<char, std::size_t{64} << 10U> chunk;
  const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
  if (count < 0) {
    if (errno == EINTR || errno == EAGAIN) {
      return true;
    }
    return fail(Error{"cannot read standard input: " + std::generic_category().message(errno)});
  }
  text.append(chunk.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

Result<std::string> read_to_end(int descriptor, std::size_t bytes_max) {
  std::string text;
  while (true) {
    const auto more = read_once(descriptor, text);
    if (!more) {
      return fail(more.error());
    }
    if (text.size() > bytes_max) {
      return fail(Error{fmt::format("standard input has over {} bytes", bytes_max)});
    }
    if (!*more) {
      return text;
    }
  }
}

Result<void> LineReader::fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const auto more = read_once(descriptor_, buffer_);
  if (!more) {
    return fail(more.error());
  }
  at_end_ = !*more;
  // Only what has no line end yet is left from before.
  if (searched_ > bytes_max_) {
    return fail(Error{fmt::format("a line of standard input has over {} bytes", bytes_max_)});
  }
  return {};
}

std::optional<std::string_view> LineReader::next() {
  const std::size_t end = buffer_.find('\n', searched_);
  if (end == std::string::npos && (!at_end_ || begin_ == buffer_.size())) {
    searched_ = buffer_.size();
    return std::nullopt;
  }
  const std::size_t line_end = end == std::string::npos ? buffer_.size() : end;
  const std::string_view line = std::string_view(buffer_).substr(begin_, line_end - begin_);
  begin_ = end == std::string::npos ? buffer_.size() : end + 1;
  searched_ = begin_;
  return line;
}

}  // namespace godwit::app
