#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

#include "storage/rocksdb/engine.h"

namespace godwit::storage::rocks {
namespace {

bool has_lz4() {
  const auto supported = rocksdb::GetSupportedCompressions();
  return std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
}

void set_durability(rocksdb::DBOptions& options) {
  // The default (point in time) opens after one flipped bit without everything behind it, and says
  // nothing. This mode takes an unfinished end for what a crash leaves, and refuses all else.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // In a log that is used again, an old record behind the end cannot be told from damage.
  options.recycle_log_file_num = 0;
  // A log that was closed and is shorter than then, or gone, is noticed; the last one is not.
  options.track_and_verify_wals_in_manifest = true;
  options.verify_sst_unique_id_in_manifest = true;
  options.paranoid_checks = true;
  options.flush_verify_memtable_count = true;
  // Of a write that failed nobody knows what is on disk: nothing is tried again, the process ends.
  options.max_bgerror_resume_count = 0;
}

void set_size(rocksdb::DBOptions& options, const RowsOptions& wanted) {
  options.max_total_wal_size = wanted.log_bytes_max;
  // Bounded, because each open file costs memory outside the budget.
  options.max_open_files = wanted.open_files_max;
  // One flush and one compaction: they share the machine with threads that clients wait for.
  options.max_background_jobs = 2;
  // Its files of statistics and logs are nothing anybody would read here; metrics say more.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
}

}  // namespace

rocksdb::DBOptions database_options(const RowsOptions& options, Engine& engine) {
  engine.log = std::make_shared<EngineLog>(options.log);
  engine.watch = std::make_shared<EngineWatch>(engine.fatal);
  engine.cache = rocksdb::NewLRUCache(options.memory_bytes);
  engine.statistics = rocksdb::CreateDBStatistics();
  engine.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);

  rocksdb::DBOptions database;
  database.create_if_missing = false;
  set_durability(database);
  set_size(database, options);
  // One budget: what the memtables take, the cache gives up.
  database.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.memory_bytes / 2, engine.cache);
  database.info_log = engine.log;
  database.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  database.statistics = engine.statistics;
  database.listeners.push_back(engine.watch);
  return database;
}

rocksdb::ColumnFamilyOptions family_options(const RowsOptions& options, const Engine& engine) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = engine.cache;
  // Else indexes and filters of every open file would be kept outside the budget.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // A read of a row that is not there costs no disk in 99 of 100 cases.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.memory_bytes / 8;
  family.compression = has_lz4() ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  family.paranoid_file_checks = true;  // A table is read once after it was written.
  return family;
}

}  // namespace godwit::storage::rocks
