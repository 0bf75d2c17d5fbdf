#include "storage/rocksdb/engine_log.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

namespace godwit::storage::rocks {
namespace {

constexpr std::size_t kLineBytesMax = 1024;
// A recovery that has more to say than this is bad enough for a human.
constexpr std::size_t kLinesMax = 100;

// Without "[file:line] " of RocksDB's source in front.
std::string_view without_place(std::string_view line) {
  const std::size_t end = line.find("] ");
  return line.starts_with('[') && end != std::string_view::npos ? line.substr(end + 2) : line;
}

}  // namespace

std::vector<std::string> EngineLog::take_lines() {
  const std::scoped_lock lock(mutex_);
  opening_ = false;
  return std::move(lines_);
}

void EngineLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  // HEADER_LEVEL is above all others by number, and is a list of all options.
  if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) {
    return;
  }
  std::array<char, kLineBytesMax> line{};
  const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
  if (size < 0) {
    return;
  }
  const std::string text(without_place(line.data()));
  if (log_ != nullptr) {
    if (level >= rocksdb::InfoLogLevel::ERROR_LEVEL) {
      log_->error("rocksdb", {{"text", text}});
    } else {
      log_->warn("rocksdb", {{"text", text}});
    }
  }
  const std::scoped_lock lock(mutex_);
  if (opening_ && lines_.size() < kLinesMax) {
    lines_.push_back(text);
  }
}

}  // namespace godwit::storage::rocks
