#include "storage/rocksdb/rocks_reader.h"

#include <rocksdb/iterator.h>
#include <rocksdb/snapshot.h>

namespace godwit::storage::rocks {
namespace {

class RocksCursor final : public Cursor {
 public:
  RocksCursor(const Engine& engine, const rocksdb::Snapshot* snapshot, Table table, KeyRange range)
      : range_(std::move(range)), end_(slice(range_.end)) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    // Without it the iterator would step through removed rows behind the range before it says that
    // there is nothing more.
    options.iterate_upper_bound = range_.end.empty() ? nullptr : &end_;
    iterator_.reset(engine.db->NewIterator(options, engine.family(table)));
  }

  Result<std::optional<Row>, StorageError> next() override {
    if (!begun_) {
      begun_ = true;
      iterator_->Seek(slice(range_.first));
    } else if (iterator_->Valid()) {
      iterator_->Next();
    }
    if (iterator_->Valid()) {
      return std::optional(Row{view(iterator_->key()), view(iterator_->value())});
    }
    const rocksdb::Status status = iterator_->status();
    if (!status.ok()) {
      return fail(storage_error(status));
    }
    return std::nullopt;
  }

 private:
  KeyRange range_;
  rocksdb::Slice end_;  // The iterator keeps a pointer to it.
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool begun_ = false;
};

class RocksSnapshot final : public Reader {
 public:
  explicit RocksSnapshot(const Engine& engine)
      : engine_(engine), pin_(engine.db.get()), snapshot_(pin_.snapshot()) {}

  Result<std::optional<Bytes>, StorageError> get(Table table, ByteView key) const override {
    return read_row(engine_, snapshot_, table, key);
  }
  std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override {
    return read_rows(engine_, snapshot_, table, std::move(range));
  }

 private:
  const Engine& engine_;
  rocksdb::ManagedSnapshot pin_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace

Result<std::optional<Bytes>, StorageError> read_row(const Engine& engine,
                                                    const rocksdb::Snapshot* snapshot, Table table,
                                                    ByteView key) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = engine.db->Get(options, engine.family(table), slice(key), &value);
  if (status.IsNotFound()) {
    return std::nullopt;
  }
  if (!status.ok()) {
    return fail(storage_error(status));
  }
  const ByteView bytes = view(value);
  return Bytes(bytes.begin(), bytes.end());
}

std::unique_ptr<Cursor> read_rows(const Engine& engine, const rocksdb::Snapshot* snapshot,
                                  Table table, KeyRange range) {
  return std::make_unique<RocksCursor>(engine, snapshot, table, std::move(range));
}

std::unique_ptr<Reader> read_snapshot(const Engine& engine) {
  return std::make_unique<RocksSnapshot>(engine);
}

}  // namespace godwit::storage::rocks
