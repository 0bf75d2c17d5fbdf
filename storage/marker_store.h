// The port to the end markers: a few bytes a group that are kept beside the rows, so that a damaged
// end of the log cannot pass for an unfinished write (P-13). What the bytes say is
// cluster/replica's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "storage/store.h"

namespace godwit::storage {

inline constexpr std::uint32_t kMarkerSlots = 1024;
inline constexpr std::size_t kMarkerBytesMax = 64;

// At most kMarkerBytesMax bytes for a slot below kMarkerSlots.
struct Marker {
  std::uint32_t slot = 0;
  ByteView bytes;
};

// Thread: one writes; reading is for the start, before anything is written.
class MarkerStore {
 public:
  virtual ~MarkerStore() = default;

  // What was written last and is whole; nothing if there is none. A write that power cut off leaves
  // what was there before it.
  [[nodiscard]] virtual std::optional<Bytes> read(std::uint32_t slot) const = 0;
  // With kYes, these and all before are on disk when the call returns. Cannot fail: an error of
  // the disk ends the process.
  virtual void write(std::span<const Marker> markers, Sync sync) = 0;
};

}  // namespace godwit::storage
