#include "tests/unit/rocksdb/rows.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace godwit::storage::rocks {

Rows::Rows(const RowsOptions& options) : options_(options) {
  const auto made = RocksStore::make(path(), fatal_);
  if (!made) {
    throw std::runtime_error(made.error().text);
  }
  reopen();
}

RocksStore& Rows::store() {
  if (opened_.store == nullptr) {
    throw std::runtime_error("the store is not open");
  }
  return *opened_.store;
}

void Rows::reopen() {
  const std::string text = try_reopen();
  if (!text.empty()) {
    throw std::runtime_error(text);
  }
}

std::string Rows::try_reopen() {
  close();
  auto opened = RocksStore::open(path(), options_, fatal_);
  if (!opened) {
    return opened.error().text;
  }
  opened_ = std::move(*opened);
  return "";
}

std::string key_of(std::size_t number) { return fmt::format("{:08}", number); }

void put_rows(Store& store, std::size_t first, std::size_t end, Sync sync) {
  for (std::size_t number = first; number < end; ++number) {
    Batch batch;
    batch.put(Table::kQueue, as_bytes(key_of(number)), as_bytes(fmt::format("value {}", number)));
    store.write(batch, sync);
  }
}

Result<std::size_t, StorageError> count_rows(const Reader& reader) {
  const auto cursor = reader.scan(Table::kQueue, {});
  std::size_t count = 0;
  while (true) {
    const auto row = cursor->next();
    if (!row) {
      return fail(row.error());
    }
    if (!*row) {
      return count;
    }
    ++count;
  }
}

}  // namespace godwit::storage::rocks
