// Takes what RocksDB says while it works. While the store opens that is the only word about what
// the recovery left out.
#pragma once

#include <rocksdb/env.h>

#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"

namespace godwit::storage::rocks {

// Thread: any. The mutex is for lines of RocksDB's own threads, which are rare: warnings and worse.
class EngineLog final : public rocksdb::Logger {
 public:
  explicit EngineLog(const Log* log)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(log) {}

  // Ends the time of opening and gives the lines of it; later ones go to the log alone.
  [[nodiscard]] std::vector<std::string> take_lines();

  using rocksdb::Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

 private:
  const Log* log_;  // May be null.
  std::mutex mutex_;
  bool opening_ = true;             // Guarded by mutex_.
  std::vector<std::string> lines_;  // Guarded by mutex_.
};

}  // namespace godwit::storage::rocks
