#include "storage/rocksdb/log_recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <vector>

#include "storage/rocksdb/file.h"
#include "storage/rocksdb/log_check.h"

namespace godwit::storage::rocks {
namespace {

namespace fs = std::filesystem;

struct Log {
  std::string path;
  bool manifest = false;
  std::uint64_t number = 0;
};

std::optional<Log> log_of(const fs::path& path) {
  constexpr std::string_view kManifest = "MANIFEST-";
  constexpr std::string_view kSuffix = ".log";
  const std::string name = path.filename().string();
  Log log{path.string(), name.starts_with(kManifest), 0};
  if (!log.manifest && !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  const char* digits = name.data() + (log.manifest ? kManifest.size() : 0);
  std::from_chars(digits, name.data() + name.size(), log.number);
  return log;
}

// MANIFESTs, then write-ahead logs, each in the order in which they were written.
Result<std::vector<Log>> logs_of(const std::string& path) {
  std::vector<Log> logs;
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    if (auto log = log_of(at->path())) {
      logs.push_back(std::move(*log));
    }
  }
  if (error) {
    return fail(Error{fmt::format("{}: cannot list the folder: {}", path, error.message())});
  }
  std::sort(logs.begin(), logs.end(), [](const Log& left, const Log& right) {
    return std::pair(!left.manifest, left.number) < std::pair(!right.manifest, right.number);
  });
  return logs;
}

// Nobody was told that anything behind `end` of this log is on disk.
bool was_not_synced(const Log& log, const LogEnd& end, const std::optional<SyncedEnd>& synced) {
  return synced && !log.manifest &&
         (log.number > synced->log_number ||
          (log.number == synced->log_number && end.whole_bytes >= synced->log_bytes));
}

Error damaged(const Log& log, const LogEnd& end) {
  return Error{
      fmt::format("{}: the log is damaged at byte {}: whole records follow behind what is none. {}",
                  log.path, end.whole_bytes, kWhatToDo)};
}

}  // namespace

Result<LogFindings> check_logs(const std::string& path,
                               const std::optional<SyncedEnd>& synced_end) {
  const auto logs = logs_of(path);
  if (!logs) {
    return fail(logs.error());
  }
  LogFindings findings;
  for (const Log& log : *logs) {
    const auto end = find_log_end_of_file(log.path);
    if (!end) {
      return fail(end.error());
    }
    if (end->rest_bytes == 0) {
      continue;
    }
    // Only the last log: what follows in a later one would stand behind a hole.
    if (&log == &logs->back() && was_not_synced(log, *end, synced_end)) {
      // A file system may write later pages of a long write before earlier ones. RocksDB refuses
      // that, or reads over the hole; with it gone, the log ends with its last whole record.
      findings.cut = {log.path, end->whole_bytes};
    } else if (end->records_behind) {
      return fail(damaged(log, *end));
    }
    findings.recovery.unfinished_bytes += end->rest_bytes;
    findings.recovery.lines.push_back(
        fmt::format("{}: {} bytes at the end are an unfinished write", log.path, end->rest_bytes));
  }
  return findings;
}

}  // namespace godwit::storage::rocks
