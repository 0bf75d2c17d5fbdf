#include "storage/memory_marker_store.h"

#include "base/check.h"

namespace godwit::storage {

std::optional<Bytes> MemoryMarkerStore::read(std::uint32_t slot) const {
  const auto found = markers_.find(slot);
  return found == markers_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryMarkerStore::write(std::span<const Marker> markers, Sync sync) {
  for (const Marker& marker : markers) {
    CHECK(marker.slot < kMarkerSlots && marker.bytes.size() <= kMarkerBytesMax);
    markers_[marker.slot] = Bytes(marker.bytes.begin(), marker.bytes.end());
  }
  if (sync == Sync::kYes) {
    synced_ = markers_;
  }
}

}  // namespace godwit::storage
