// Reading a shard's rows. An error cannot be answered in the middle of an entry, so it is kept:
// what was read after it is empty, and whoever applies the entry looks before anything is believed.
//
// Owned by the shard, used on its thread.
#pragma once

#include <optional>
#include <string>

#include "broker/records/error.h"
#include "storage/reader.h"

namespace godwit::shard {

class StateReader {
 public:
  // What is read: the overlay in front of the node's store. It outlives this.
  explicit StateReader(const storage::Reader& reader) : reader_(reader) {}

  // The value without its seal; nothing if there is no such row, or an error.
  [[nodiscard]] std::optional<Bytes> get(storage::Table table, ByteView key);

  // Calls `visit(key, value)` with the first row of a range, if there is one.
  template <class Visit>
  void first(storage::Table table, storage::KeyRange range, Visit visit) {
    const auto cursor = reader_.scan(table, std::move(range));
    if (const auto row = next(*cursor)) {
      visit(row->key, row->value);
    }
  }

  // Calls `visit(key, row)` with every row whose key begins with `prefix`, up to an error.
  template <class Value, class Visit>
  void read_all(storage::Table table, ByteView prefix,
                Result<Value, records::RecordError> (*decode)(ByteView), Visit visit) {
    const auto cursor = reader_.scan(table, storage::with_prefix(prefix));
    while (const auto row = next(*cursor)) {
      auto value = take(decode(row->value), row->key);
      if (!value) {
        return;
      }
      visit(row->key, *std::move(value));
    }
  }

  // What a decoder said; nothing if it was an error, which is kept.
  template <class Value>
  [[nodiscard]] std::optional<Value> take(Result<Value, records::RecordError> decoded,
                                          ByteView key) {
    if (!decoded) {
      note_undecoded(key, decoded.error());
      return std::nullopt;
    }
    return *std::move(decoded);
  }
  // A row that has to be there is not.
  void note_missing(ByteView key);

  // The first one; empty: none. For a human: which row, what is wrong with it.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  [[nodiscard]] std::optional<storage::Row> next(storage::Cursor& cursor);
  void note(std::string text);
  void note_undecoded(ByteView key, records::RecordError error);

  const storage::Reader& reader_;
  std::string error_;
};

}  // namespace godwit::shard
