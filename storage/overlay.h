// What was decided and is not written yet, in front of a store, so that every read sees it (P-15).
//
// A shard's state may lag behind its log on disk. Its changes gather where they arise (as objects,
// for what is put and removed meanwhile never becomes a row); what is handed to the commit thread
// stays here as a layer until it is written.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "storage/batch.h"
#include "storage/reader.h"

namespace godwit::storage {

// The changes of one batch, in the order of keys. Owns the batch; never moves, because its parts
// point into it.
class Layer {
 public:
  struct Entry {
    ByteView key;
    std::optional<ByteView> value;  // Nothing: removed.
  };

  explicit Layer(Batch batch);
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  [[nodiscard]] const Batch& batch() const { return batch_; }
  [[nodiscard]] const std::vector<Entry>& entries(Table table) const;
  // Null: this batch does not change the key by name.
  [[nodiscard]] const Entry* find(Table table, ByteView key) const;
  // The place of the first entry that is not before `key`.
  [[nodiscard]] std::size_t lower_bound(Table table, ByteView key) const;
  // It removes a range with the key in it: what is older is gone.
  [[nodiscard]] bool hides(Table table, ByteView key) const;

 private:
  struct Gone {
    ByteView first;
    ByteView end;
  };
  struct Changes {
    std::vector<Entry> entries;
    std::vector<Gone> gone;
  };

  Batch batch_;
  std::array<Changes, kTables> tables_;
};

// Thread: the shard's. The base outlives it.
class Overlay final : public Reader {
 public:
  explicit Overlay(const Reader& base) : base_(base) {}

  // On top of all before. Returns what is to be written; it stays until drop_oldest.
  const Batch& push(Batch batch);
  // The oldest layer is in the base now.
  void drop_oldest();
  [[nodiscard]] std::size_t layers() const { return layers_.size(); }
  [[nodiscard]] std::size_t size_bytes() const;

  [[nodiscard]] Result<std::optional<Bytes>, StorageError> get(Table table,
                                                               ByteView key) const override;
  // No layer is pushed or dropped while the cursor is used; the base may be written.
  [[nodiscard]] std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override;

 private:
  const Reader& base_;
  std::deque<Layer> layers_;  // Oldest first.
};

}  // namespace godwit::storage
