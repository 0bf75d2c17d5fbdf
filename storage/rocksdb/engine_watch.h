// Hears of what goes wrong on RocksDB's own threads, and counts how often writes had to wait.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <cstdint>

#include "storage/rocksdb/fatal.h"

namespace godwit::storage::rocks {

// Thread: any.
class EngineWatch final : public rocksdb::EventListener {
 public:
  explicit EngineWatch(Fatal& fatal) : fatal_(fatal) {}

  // Until the store is open, an error is what open() returns, and no reason to end the process.
  void opened() { opened_.store(true, std::memory_order_release); }
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t slowdowns() const {
    return slowdowns_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t stops() const { return stops_.load(std::memory_order_relaxed); }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error,
                            bool* auto_recovery) override;
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override;

 private:
  Fatal& fatal_;
  std::atomic<bool> opened_{false};
  std::atomic<bool> failed_{false};
  std::atomic<std::uint64_t> slowdowns_{0};
  std::atomic<std::uint64_t> stops_{0};
};

}  // namespace godwit::storage::rocks
