// The port to a store of ordered rows: RocksDB in a node (storage/rocksdb), memory in tests and
// the simulator.
#pragma once

#include <memory>

#include "storage/batch.h"
#include "storage/reader.h"

namespace godwit::storage {

enum class Sync : std::uint8_t {
  kNo,   // A crash may lose it, but never without everything that was written after it.
  kYes,  // It and everything before it is on disk when the call returns.
};

// Thread: any may read; one writes.
class Store : public Reader {
 public:
  // All of it or nothing survives a crash. Cannot fail: an error of the disk ends the process,
  // because nobody could say what is on disk then, and a retry would hide it.
  virtual void write(const Batch& batch, Sync sync) = 0;
  // The rows as they are now, whatever is written later. The store outlives it.
  [[nodiscard]] virtual std::unique_ptr<Reader> snapshot() const = 0;
};

}  // namespace godwit::storage
