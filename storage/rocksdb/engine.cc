#include "storage/rocksdb/engine.h"

#include "base/check.h"

namespace godwit::storage::rocks {

Engine::Engine(Fatal& end) : fatal(end) {}

Engine::~Engine() {
  if (db == nullptr) {
    return;
  }
  for (rocksdb::ColumnFamilyHandle* table : tables) {
    CHECK(db->DestroyColumnFamilyHandle(table).ok());
  }
  CHECK(db->DestroyColumnFamilyHandle(unused).ok());
  const rocksdb::Status closed = db->Close();
  CHECK(!closed.IsAborted());  // A snapshot outlives its store.
  if (!closed.ok()) {
    fatal.end(path + ": cannot close: " + closed.ToString());
  }
}

StorageError storage_error(const rocksdb::Status& status) {
  return {status.IsCorruption() ? ErrorKind::kDamaged : ErrorKind::kFailed,
          "RocksDB: " + status.ToString()};
}

}  // namespace godwit::storage::rocks
