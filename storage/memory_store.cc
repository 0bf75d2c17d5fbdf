#include "storage/memory_store.h"

#include "base/check.h"

namespace godwit::storage {
namespace {

using Tables = MemoryStore::Tables;

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<const Tables> tables, Table table, KeyRange range)
      : tables_(std::move(tables)),
        range_(std::move(range)),
        at_(tables_->at(place(table)).lower_bound(ByteView(range_.first))),
        end_(tables_->at(place(table)).end()) {}

  Result<std::optional<Row>, StorageError> next() override {
    if (at_ == end_ || !range_.contains(at_->first)) {
      return std::nullopt;
    }
    const Row row{at_->first, at_->second};
    ++at_;
    return std::optional(row);
  }

 private:
  std::shared_ptr<const Tables> tables_;
  KeyRange range_;
  MemoryStore::Rows::const_iterator at_;
  MemoryStore::Rows::const_iterator end_;
};

class MemorySnapshot final : public Reader {
 public:
  explicit MemorySnapshot(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  Result<std::optional<Bytes>, StorageError> get(Table table, ByteView key) const override {
    const MemoryStore::Rows& rows = tables_->at(place(table));
    const auto found = rows.find(key);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override {
    return std::make_unique<MemoryCursor>(tables_, table, std::move(range));
  }

 private:
  std::shared_ptr<const Tables> tables_;
};

void make_change(const Change& change, MemoryStore::Rows& rows) {
  const auto first = rows.lower_bound(change.key);
  const bool there = first != rows.end() && compare(first->first, change.key) == 0;
  Bytes value(change.value.begin(), change.value.end());
  switch (change.kind) {
    case ChangeKind::kPut:
      if (there) {
        first->second = std::move(value);
      } else {
        rows.emplace_hint(first, Bytes(change.key.begin(), change.key.end()), std::move(value));
      }
      return;
    case ChangeKind::kRemove:
      if (there) {
        rows.erase(first);
      }
      return;
    case ChangeKind::kRemoveRange:
      if (compare(change.key, change.value) < 0) {
        rows.erase(first, rows.lower_bound(change.value));
      }
      return;
  }
}

void make_changes(const Batch& batch, std::shared_ptr<Tables>& tables) {
  if (tables.use_count() > 1) {
    tables = std::make_shared<Tables>(*tables);
  }
  batch.for_each(
      [&](const Change& change) { make_change(change, tables->at(place(change.table))); });
}

}  // namespace

MemoryStore::MemoryStore()
    : tables_(std::make_shared<Tables>()), synced_(std::make_shared<Tables>()) {}

Result<std::optional<Bytes>, StorageError> MemoryStore::get(Table table, ByteView key) const {
  return MemorySnapshot(tables_).get(table, key);
}

std::unique_ptr<Cursor> MemoryStore::scan(Table table, KeyRange range) const {
  return std::make_unique<MemoryCursor>(tables_, table, std::move(range));
}

void MemoryStore::write(const Batch& batch, Sync sync) {
  make_changes(batch, tables_);
  unsynced_.push_back(batch);
  if (sync == Sync::kYes) {
    while (!unsynced_.empty()) {
      make_changes(unsynced_.front(), synced_);
      unsynced_.pop_front();
    }
  }
}

std::unique_ptr<Reader> MemoryStore::snapshot() const {
  return std::make_unique<MemorySnapshot>(tables_);
}

void MemoryStore::lose_power(std::size_t kept) {
  CHECK(kept <= unsynced_.size());
  for (; kept > 0; --kept) {
    make_changes(unsynced_.front(), synced_);
    unsynced_.pop_front();
  }
  unsynced_.clear();
  tables_ = std::make_shared<Tables>(*synced_);
}

std::size_t MemoryStore::size_bytes() const {
  std::size_t bytes = 0;
  for (const Rows& rows : *tables_) {
    for (const auto& [key, value] : rows) {
      bytes += key.size() + value.size();
    }
  }
  return bytes;
}

}  // namespace godwit::storage
