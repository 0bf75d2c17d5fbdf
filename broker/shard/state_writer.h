// Changes of rows that wait to be written. What is put and removed again before that never becomes
// a row (P-15).
//
// Owned by the shard, used on its thread.
#pragma once

#include <map>
#include <optional>

#include "base/bytes.h"
#include "storage/batch.h"
#include "storage/key.h"

namespace godwit::shard {

class StateWriter {
 public:
  // A row that is not in the store.
  void put_new(storage::Table table, Bytes key, Bytes value);
  // A row that may be.
  void put(storage::Table table, Bytes key, Bytes value);
  void remove(storage::Table table, const Bytes& key);

  // All of it, sealed; from here on it is in the store.
  void flush(storage::Batch& to);
  // About what it holds.
  [[nodiscard]] std::size_t size_bytes() const { return bytes_; }

 private:
  struct Change {
    std::optional<Bytes> value;  // Nothing: removed.
    bool is_new = false;         // The store does not have it.
  };
  using Changes = std::map<Bytes, Change, storage::KeyLess>;

  std::array<Changes, storage::kTables> changes_;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::shard
