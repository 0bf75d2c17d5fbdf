// A store in a folder of its own, opened again and again; and the few rows the tests speak of.
#pragma once

#include <memory>
#include <string>

#include "storage/rocksdb/rocks_store.h"
#include "tests/unit/rocksdb/temporary_folder.h"

namespace godwit::storage::rocks {

// Throws where a store that was not damaged does not open, or one that is not open is used.
class Rows {
 public:
  explicit Rows(const RowsOptions& options = {});

  [[nodiscard]] RocksStore& store();
  [[nodiscard]] const Recovery& recovery() const { return opened_.recovery; }
  [[nodiscard]] std::string path() const { return folder_.file("rows"); }
  // What the next opening begins with.
  [[nodiscard]] RowsOptions& options() { return options_; }
  void close() { opened_ = {}; }
  void reopen();
  // As a damaged one should be opened; the text of the error, or "" if it opens.
  [[nodiscard]] std::string try_reopen();

 private:
  TemporaryFolder folder_;
  RowsOptions options_;
  AbortOnFailure fatal_;
  OpenedRows opened_;
};

// Key number `number`, padded so that numbers sort.
[[nodiscard]] std::string key_of(std::size_t number);
// Puts rows `first` to before `end`, each in a batch of its own.
void put_rows(Store& store, std::size_t first, std::size_t end, Sync sync);
// How many rows a full scan gives; the text of the error if it ends in one.
[[nodiscard]] Result<std::size_t, StorageError> count_rows(const Reader& reader);

}  // namespace godwit::storage::rocks
