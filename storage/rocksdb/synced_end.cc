#include "storage/rocksdb/synced_end.h"

#include "base/big_endian.h"

namespace godwit::storage::rocks {

Bytes encode(const SyncedEnd& end) {
  Bytes bytes;
  put_big_endian(bytes, end.log_number, 8);
  put_big_endian(bytes, end.log_bytes, 8);
  put_big_endian(bytes, end.changes, 8);
  return bytes;
}

std::optional<SyncedEnd> decode_synced_end(ByteView bytes) {
  BigEndianReader reader(bytes);
  SyncedEnd end;
  end.log_number = reader.number(8);
  end.log_bytes = reader.number(8);
  end.changes = reader.number(8);
  return reader.ok() && reader.left() == 0 ? std::optional(end) : std::nullopt;
}

}  // namespace godwit::storage::rocks
