// The store over RocksDB: the rows of a node. The rules it keeps and their reasons are in
// docs/internals/storage.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "storage/rocksdb/fatal.h"
#include "storage/rocksdb/stats.h"
#include "storage/rocksdb/synced_end.h"
#include "storage/store.h"

namespace godwit::storage::rocks {

struct RowsOptions {
  // Memtables and cached blocks together; what is being written at the moment comes on top.
  std::uint64_t memory_bytes = std::uint64_t{64} << 20U;
  // A write-ahead log longer than this is shortened by writing tables out; it bounds how long a
  // start takes.
  std::uint64_t log_bytes_max = std::uint64_t{64} << 20U;
  int open_files_max = 512;
  // The newest that is known (NodeDirectory finds it among the markers). What is damaged behind it
  // at the end of the log was not told to anybody and is cut off, as a crash may leave it; without
  // it, it is refused.
  std::optional<SyncedEnd> synced_end;
  // Takes RocksDB's own warnings and errors; null: they go nowhere. Outlives the store.
  const Log* log = nullptr;
};

// What the recovery of the write-ahead log did not keep.
struct Recovery {
  // Bytes at the end of a log that are no whole record, or follow one that is not: what a crash
  // leaves of writes that nobody was told about. Damage of the very end looks the same.
  std::uint64_t unfinished_bytes = 0;
  // Something that was on disk is not in the rows now: they end before `synced_end`, or RocksDB
  // said that it left something out, which it was not seen to do without refusing.
  bool dropped = false;
  std::vector<std::string> lines;  // Both, for a human, with the names of files.
};

class RocksStore;

struct OpenedRows {
  std::unique_ptr<RocksStore> store;
  Recovery recovery;
};

struct Engine;  // RocksDB and what it is made of; its headers stay out of here.

// Thread: any may read, verify and ask for stats; one writes. All of them end before the store.
// Only its owner opens and ends it.
class RocksStore final : public Store {
 public:
  // Makes an empty store where nothing is, and closes it.
  [[nodiscard]] static Result<void> make(const std::string& path, Fatal& fatal);
  // Opens what was made, under the lock of its directory. The error says what was found, in which
  // file, and what to do. From here on a failing disk ends the process through `fatal`, which
  // outlives the store.
  [[nodiscard]] static Result<OpenedRows> open(const std::string& path, const RowsOptions& options,
                                               Fatal& fatal);
  ~RocksStore() override;

  [[nodiscard]] Result<std::optional<Bytes>, StorageError> get(Table table,
                                                               ByteView key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override;
  void write(const Batch& batch, Sync sync) override;
  [[nodiscard]] std::unique_ptr<Reader> snapshot() const override;

  // Right after a synced write: where it ended. Its owner writes it to kSyncedEndSlot of the
  // markers at most 100 ms later, with those of the groups (P-13). Thread: the one that writes.
  [[nodiscard]] SyncedEnd synced_end() const;

  // Reads every table file and compares its checksums, as long as that takes; for a thread that has
  // time. What is only in the write-ahead log is not looked at: the next start does.
  [[nodiscard]] Result<void, StorageError> verify_checksums() const;
  [[nodiscard]] Stats stats() const;

 private:
  explicit RocksStore(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace godwit::storage::rocks
