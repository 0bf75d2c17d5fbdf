#include "storage/rocksdb/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/statistics.h>
#include <rocksdb/transaction_log.h>

#include <compare>
#include <utility>

#include "base/check.h"
#include "storage/rocksdb/engine.h"
#include "storage/rocksdb/rocks_reader.h"

namespace godwit::storage::rocks {
namespace {

void add_change(const Engine& engine, const Change& change, rocksdb::WriteBatch& batch) {
  rocksdb::ColumnFamilyHandle* family = engine.family(change.table);
  rocksdb::Status status;
  switch (change.kind) {
    case ChangeKind::kPut:
      status = batch.Put(family, slice(change.key), slice(change.value));
      break;
    case ChangeKind::kRemove:
      status = batch.Delete(family, slice(change.key));
      break;
    case ChangeKind::kRemoveRange:
      // RocksDB takes a range that ends before it begins for an error, of the whole batch.
      if (std::is_lt(compare(change.key, change.value))) {
        status = batch.DeleteRange(family, slice(change.key), slice(change.value));
      }
      break;
  }
  CHECK(status.ok());  // Only memory is written to.
}

std::uint64_t sum_of(const Engine& engine, const std::string& property) {
  std::uint64_t sum = 0;
  for (rocksdb::ColumnFamilyHandle* table : engine.tables) {
    std::uint64_t value = 0;
    sum += engine.db->GetIntProperty(table, property, &value) ? value : 0;
  }
  return sum;
}

std::uint64_t log_file_bytes(const Engine& engine) {
  rocksdb::VectorLogPtr files;
  std::uint64_t sum = 0;
  if (engine.db->GetSortedWalFiles(files).ok()) {
    for (const auto& file : files) {
      sum += file->SizeFileBytes();
    }
  }
  return sum;
}

}  // namespace

RocksStore::RocksStore(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
RocksStore::~RocksStore() = default;

Result<std::optional<Bytes>, StorageError> RocksStore::get(Table table, ByteView key) const {
  return read_row(*engine_, nullptr, table, key);
}

std::unique_ptr<Cursor> RocksStore::scan(Table table, KeyRange range) const {
  return read_rows(*engine_, nullptr, table, std::move(range));
}

std::unique_ptr<Reader> RocksStore::snapshot() const { return read_snapshot(*engine_); }

void RocksStore::write(const Batch& batch, Sync sync) {
  rocksdb::WriteBatch& changes = engine_->batch;
  changes.Clear();
  batch.for_each([&](const Change& change) { add_change(*engine_, change, changes); });
  rocksdb::WriteOptions options;
  options.sync = sync == Sync::kYes;
  const rocksdb::Status status = engine_->db->Write(options, &changes);
  if (!status.ok()) {
    engine_->fatal.end(engine_->path + ": cannot write: " + status.ToString());
  }
}

SyncedEnd RocksStore::synced_end() const {
  std::unique_ptr<rocksdb::LogFile> log;
  const rocksdb::Status status = engine_->db->GetCurrentWalFile(&log);
  if (!status.ok()) {
    engine_->fatal.end(engine_->path + ": cannot look at the log: " + status.ToString());
  }
  return {log->LogNumber(), log->SizeFileBytes(), engine_->db->GetLatestSequenceNumber()};
}

Result<void, StorageError> RocksStore::verify_checksums() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // Else the blocks that are in use would be pushed out.
  const rocksdb::Status status = engine_->db->VerifyChecksum(options);
  if (!status.ok()) {
    return fail(storage_error(status));
  }
  return {};
}

Stats RocksStore::stats() const {
  using Properties = rocksdb::DB::Properties;
  Stats stats;
  stats.table_file_bytes = sum_of(*engine_, Properties::kTotalSstFilesSize);
  stats.log_file_bytes = log_file_bytes(*engine_);
  stats.memtable_bytes = sum_of(*engine_, Properties::kCurSizeAllMemTables);
  stats.block_cache_bytes = engine_->cache->GetUsage();
  stats.pending_compaction_bytes = sum_of(*engine_, Properties::kEstimatePendingCompactionBytes);
  stats.slowdowns = engine_->watch->slowdowns();
  stats.stops = engine_->watch->stops();
  stats.log_syncs = engine_->statistics->getTickerCount(rocksdb::WAL_FILE_SYNCED);
  return stats;
}

}  // namespace godwit::storage::rocks
