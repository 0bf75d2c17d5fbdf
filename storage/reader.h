// Reading ordered rows. Nothing here can be used without looking at what went wrong: on a damaged
// file an iterator that only says "no more" would serve a shorter history.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "storage/error.h"
#include "storage/key.h"
#include "storage/table.h"

namespace godwit::storage {

// Valid until the cursor moves or ends.
struct Row {
  ByteView key;
  ByteView value;
};

// Walks over a range, once. What is written meanwhile is not seen. Thread: its user's.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // The next row in the order of keys; nothing behind the last one. After an error the cursor is
  // of no more use.
  [[nodiscard]] virtual Result<std::optional<Row>, StorageError> next() = 0;
};

// Thread: as the class that implements it says.
class Reader {
 public:
  virtual ~Reader() = default;
  // Nothing: there is no such row.
  [[nodiscard]] virtual Result<std::optional<Bytes>, StorageError> get(Table table,
                                                                       ByteView key) const = 0;
  // The reader outlives the cursor.
  [[nodiscard]] virtual std::unique_ptr<Cursor> scan(Table table, KeyRange range) const = 0;
};

}  // namespace godwit::storage
