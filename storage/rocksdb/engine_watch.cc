#include "storage/rocksdb/engine_watch.h"

#include <string>

namespace godwit::storage::rocks {

void EngineWatch::OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                                    rocksdb::Status* error) {
  failed_.store(true, std::memory_order_release);
  if (opened_.load(std::memory_order_acquire)) {
    fatal_.end("RocksDB: " + error->ToString());
  }
}

void EngineWatch::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                                       rocksdb::Status error, bool* auto_recovery) {
  // RocksDB would try a full disk again by itself, and go on as if nothing had been.
  error.PermitUncheckedError();
  *auto_recovery = false;
}

void EngineWatch::OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) {
  if (info.condition.cur == rocksdb::WriteStallCondition::kDelayed) {
    slowdowns_.fetch_add(1, std::memory_order_relaxed);
  } else if (info.condition.cur == rocksdb::WriteStallCondition::kStopped) {
    stops_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace godwit::storage::rocks
