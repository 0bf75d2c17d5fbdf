#include "storage/batch.h"

#include <cstring>

#include "base/check.h"

namespace godwit::storage {
namespace {

// In front of each change's key and value. Never on disk.
struct Head {
  ChangeKind kind;
  Table table;
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
};

}  // namespace

void Batch::add(const Change& change) {
  CHECK(change.key.size() <= UINT32_MAX && change.value.size() <= UINT32_MAX);
  const Head head{change.kind, change.table, static_cast<std::uint32_t>(change.key.size()),
                  static_cast<std::uint32_t>(change.value.size())};
  godwit::append(bytes_, std::as_bytes(std::span(&head, 1)));
  godwit::append(bytes_, change.key);
  godwit::append(bytes_, change.value);
  ++count_;
}

Change Batch::read(std::size_t& at) const {
  Head head{};
  std::memcpy(&head, bytes_.data() + at, sizeof(head));
  const ByteView rest = ByteView(bytes_).subspan(at + sizeof(head));
  at += sizeof(head) + head.key_bytes + head.value_bytes;
  return {head.kind, head.table, rest.first(head.key_bytes),
          rest.subspan(head.key_bytes, head.value_bytes)};
}

void Batch::put(Table table, ByteView key, ByteView value) {
  add({ChangeKind::kPut, table, key, value});
}

void Batch::remove(Table table, ByteView key) { add({ChangeKind::kRemove, table, key, {}}); }

void Batch::remove_range(Table table, ByteView first, ByteView end) {
  CHECK(!end.empty());
  add({ChangeKind::kRemoveRange, table, first, end});
}

void Batch::append(const Batch& other) {
  godwit::append(bytes_, other.bytes_);
  count_ += other.count_;
}

void Batch::clear() {
  bytes_.clear();
  count_ = 0;
}

}  // namespace godwit::storage
