// What the store says about itself, for metrics.
#pragma once

#include <cstdint>

namespace godwit::storage::rocks {

// Bytes are as of now; the counts are since the store was opened.
struct Stats {
  std::uint64_t table_file_bytes = 0;   // On disk, with files that only old snapshots still need.
  std::uint64_t log_file_bytes = 0;     // On disk, of the write-ahead log.
  std::uint64_t memtable_bytes = 0;     // Rows that are in no table file yet.
  std::uint64_t block_cache_bytes = 0;  // With the memtables, which are charged to it.
  std::uint64_t pending_compaction_bytes = 0;  // To be rewritten until reads are fast again.
  std::uint64_t slowdowns = 0;  // How often writes began to be slowed, because that grew.
  std::uint64_t stops = 0;      // How often they were stopped.
  std::uint64_t log_syncs = 0;
};

}  // namespace godwit::storage::rocks
