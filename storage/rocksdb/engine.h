// RocksDB, opened, with everything it refers to. Private to this room: the only header that shows
// RocksDB.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <memory>
#include <string>

#include "storage/error.h"
#include "storage/rocksdb/engine_log.h"
#include "storage/rocksdb/engine_watch.h"
#include "storage/rocksdb/fatal.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/table.h"

namespace godwit::storage::rocks {

// Thread: as RocksStore says.
struct Engine {
  explicit Engine(Fatal& fatal);
  // Closes RocksDB; an error of that is one of the disk.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Table table) const {
    return tables.at(place(table));
  }

  Fatal& fatal;
  std::string path;
  std::shared_ptr<EngineLog> log;
  std::shared_ptr<EngineWatch> watch;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::Statistics> statistics;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kTables> tables{};
  rocksdb::ColumnFamilyHandle* unused = nullptr;  // "default", which RocksDB insists on.
  rocksdb::WriteBatch batch;                      // The writer's, kept for its memory.
};

// All options with their reasons. Sets the shared parts of `engine`.
[[nodiscard]] rocksdb::DBOptions database_options(const RowsOptions& options, Engine& engine);
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(const RowsOptions& options,
                                                          const Engine& engine);

[[nodiscard]] inline rocksdb::Slice slice(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline ByteView view(const rocksdb::Slice& slice) {
  return {reinterpret_cast<const std::byte*>(slice.data()), slice.size()};
}
[[nodiscard]] StorageError storage_error(const rocksdb::Status& status);

}  // namespace godwit::storage::rocks
