// Looks at RocksDB's logs (the write-ahead logs and the MANIFEST) before RocksDB does.
//
// RocksDB takes a record that reaches behind the end of its file for a write that a crash cut off,
// and zeros for space that was never written, and says nothing in either case. So one flipped bit
// in the length of a record hides everything behind it, acknowledged or not. Here whole records
// behind a bad one are found, which no crash leaves behind in a file that is written in order.
//
// A pure reader; the format is in docs/internals/storage.md. Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace godwit::storage::rocks {

struct LogEnd {
  std::uint64_t whole_bytes = 0;  // Up to the end of the last record that all before it lead to.
  // Behind it; a crash leaves that at the end of the last log, and so does damage there.
  std::uint64_t rest_bytes = 0;
  // In that rest is a whole record: something in between is damaged.
  bool records_behind = false;
};

// `content`: the whole log.
[[nodiscard]] LogEnd find_log_end(ByteView content);
[[nodiscard]] Result<LogEnd> find_log_end_of_file(const std::string& path);

}  // namespace godwit::storage::rocks
