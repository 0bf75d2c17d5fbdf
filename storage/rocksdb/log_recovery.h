// Gets RocksDB's logs ready for RocksDB: what only a crash can have left is told and, where that is
// sure, to be cut off; what no crash leaves is refused.
//
// Private to this room's opening.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/rocksdb/rocks_store.h"

namespace godwit::storage::rocks {

// What somebody can do whose store is damaged.
inline constexpr std::string_view kWhatToDo =
    "In a cluster, stop the node, empty its directory and start it again: it joins anew and gets "
    "its data from the others. A single node: restore a backup, or take what is left with "
    "`godwit recover --accept-loss`.";

struct LogFindings {
  Recovery recovery;
  // What is to be cut off before RocksDB opens the store.
  struct Cut {
    std::string path;
    std::uint64_t bytes_left = 0;
  };
  std::optional<Cut> cut;
};

// Of the store at `path`, which nobody has open. Only looks.
[[nodiscard]] Result<LogFindings> check_logs(const std::string& path,
                                             const std::optional<SyncedEnd>& synced_end);

}  // namespace godwit::storage::rocks
