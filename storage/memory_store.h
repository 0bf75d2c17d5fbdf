// The store's twin in memory, with a disk that can lose what was not synced.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>

#include "storage/store.h"

namespace godwit::storage {

// Thread: one.
class MemoryStore final : public Store {
 public:
  using Rows = std::map<Bytes, Bytes, KeyLess>;
  using Tables = std::array<Rows, kTables>;

  MemoryStore();

  [[nodiscard]] Result<std::optional<Bytes>, StorageError> get(Table table,
                                                               ByteView key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override;
  void write(const Batch& batch, Sync sync) override;
  [[nodiscard]] std::unique_ptr<Reader> snapshot() const override;

  // Batches that a loss of power now may take away.
  [[nodiscard]] std::size_t unsynced() const { return unsynced_.size(); }
  // Power is lost and only the oldest `kept` of them had arrived.
  void lose_power(std::size_t kept);
  // Bytes of keys and values.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  // Shared with snapshots and cursors, and copied before a change while they live.
  std::shared_ptr<Tables> tables_;
  std::shared_ptr<Tables> synced_;  // As it was before `unsynced_`.
  std::deque<Batch> unsynced_;
};

}  // namespace godwit::storage
