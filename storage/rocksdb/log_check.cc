#include "storage/rocksdb/log_check.h"

#include <algorithm>
#include <optional>

#include "base/crc32c.h"
#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::size_t kBlockBytes = 32768;
constexpr std::size_t kHeadBytes = 7;  // Checksum 4, length 2, kind 1; little-endian.
constexpr std::size_t kCheckedFrom = 6;
// A log is read as a whole, for a moment at start. Far above log_bytes_max of any use.
constexpr std::size_t kLogBytesMax = std::size_t{4} << 30U;

enum Kind : unsigned { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

struct Record {
  unsigned kind = 0;
  std::size_t end = 0;  // An offset in the log.
};

std::uint32_t number(ByteView bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t at = size; at > 0; --at) {
    value = value << 8U | std::to_integer<std::uint32_t>(bytes[offset + at - 1]);
  }
  return value;
}

// A checksum of bytes that hold checksums is a bad one, so what is stored is turned and shifted.
std::uint32_t masked(std::uint32_t checksum) {
  return (checksum >> 15U | checksum << 17U) + 0xa282ead8U;
}

// The record at `offset`, if there is a whole one.
std::optional<Record> record_at(ByteView content, std::size_t offset) {
  const std::size_t block_end = std::min(content.size(), (offset / kBlockBytes + 1) * kBlockBytes);
  if (offset + kHeadBytes > block_end) {
    return std::nullopt;
  }
  const std::size_t size = number(content, offset + 4, 2);
  const unsigned kind = number(content, offset + kCheckedFrom, 1);
  if (kind < kFull || kind > kLast || offset + kHeadBytes + size > block_end) {
    return std::nullopt;
  }
  const ByteView checked = content.subspan(offset + kCheckedFrom, 1 + size);
  if (masked(crc32c(checked)) != number(content, offset, 4)) {
    return std::nullopt;
  }
  return Record{kind, offset + kHeadBytes + size};
}

// Too little is left in a block for the head of a record: the next one begins with the next block.
std::size_t skip_filling(std::size_t offset) {
  const std::size_t left = kBlockBytes - offset % kBlockBytes;
  return left < kHeadBytes ? offset + left : offset;
}

bool has_record(ByteView content, std::size_t offset) {
  for (; offset + kHeadBytes <= content.size(); ++offset) {
    if (record_at(content, offset)) {
      return true;
    }
  }
  return false;
}

}  // namespace

LogEnd find_log_end(ByteView content) {
  LogEnd end;
  std::size_t offset = 0;
  while (const auto record = record_at(content, offset)) {
    if (record->kind == kFull || record->kind == kLast) {
      end.whole_bytes = record->end;
    }
    offset = skip_filling(record->end);
  }
  end.whole_bytes = std::min<std::uint64_t>(end.whole_bytes, content.size());
  end.rest_bytes = content.size() - end.whole_bytes;
  end.records_behind = has_record(content, offset + 1);
  return end;
}

Result<LogEnd> find_log_end_of_file(const std::string& path) {
  const auto content = read_file(path, kLogBytesMax);
  if (!content) {
    return fail(content.error());
  }
  return find_log_end(as_bytes(*content));
}

}  // namespace godwit::storage::rocks
