// How far the rows were on disk at some time. RocksDB does not know that: an unfinished write and a
// lost one look alike to it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "storage/marker_store.h"

namespace godwit::storage::rocks {

// Kept among the markers, in a slot of the store's own; the others are their owner's.
inline constexpr std::uint32_t kSyncedEndSlot = kMarkerSlots - 1;

// An old one is still true; a newer one tells more.
struct SyncedEnd {
  std::uint64_t log_number = 0;  // Of the write-ahead log that was written then,
  std::uint64_t log_bytes = 0;   // and how much of it there was.
  std::uint64_t changes = 0;     // Ever made to this store.
  friend bool operator==(const SyncedEnd&, const SyncedEnd&) = default;
};

[[nodiscard]] Bytes encode(const SyncedEnd& end);
// Nothing: these bytes are not one.
[[nodiscard]] std::optional<SyncedEnd> decode_synced_end(ByteView bytes);

}  // namespace godwit::storage::rocks
