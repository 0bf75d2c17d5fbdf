// Changes that become visible, and durable, together.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "storage/table.h"

namespace godwit::storage {

enum class ChangeKind : std::uint8_t { kPut, kRemove, kRemoveRange };

// A view of one change. kRemove has no `value`; kRemoveRange removes the keys from `key` up to and
// without `value`, which is not empty.
struct Change {
  ChangeKind kind = ChangeKind::kPut;
  Table table = Table::kNode;
  ByteView key;
  ByteView value;
};

// One run of bytes, so that a change costs no allocation. Later changes of a key win. Owned by
// whoever fills it, moved to the store. Thread: its owner's.
class Batch {
 public:
  void put(Table table, ByteView key, ByteView value);
  void remove(Table table, ByteView key);
  void remove_range(Table table, ByteView first, ByteView end);
  // Everything of `other`, behind what is here.
  void append(const Batch& other);
  // Keeps its memory.
  void clear();

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size(); }

  // In order; the views live as long as the batch is not changed.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      visit(read(at));
    }
  }

 private:
  void add(const Change& change);
  // The change at `at`, which moves behind it.
  [[nodiscard]] Change read(std::size_t& at) const;

  Bytes bytes_;
  std::size_t count_ = 0;
};

}  // namespace godwit::storage
