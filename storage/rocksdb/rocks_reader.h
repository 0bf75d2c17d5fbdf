// Reading RocksDB without a way to miss an error: an iterator of it says "no more" on a damaged
// file, and why only to those who ask.
//
// Private to this room.
#pragma once

#include <memory>

#include "storage/reader.h"
#include "storage/rocksdb/engine.h"

namespace godwit::storage::rocks {

// `snapshot` may be null: as it is now.
[[nodiscard]] Result<std::optional<Bytes>, StorageError> read_row(const Engine& engine,
                                                                  const rocksdb::Snapshot* snapshot,
                                                                  Table table, ByteView key);
[[nodiscard]] std::unique_ptr<Cursor> read_rows(const Engine& engine,
                                                const rocksdb::Snapshot* snapshot, Table table,
                                                KeyRange range);
// As it is now, for as long as the reader lives.
[[nodiscard]] std::unique_ptr<Reader> read_snapshot(const Engine& engine);

}  // namespace godwit::storage::rocks
