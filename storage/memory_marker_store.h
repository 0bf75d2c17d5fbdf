// The end markers' twin in memory.
#pragma once

#include <map>

#include "storage/marker_store.h"

namespace godwit::storage {

// Thread: one.
class MemoryMarkerStore final : public MarkerStore {
 public:
  [[nodiscard]] std::optional<Bytes> read(std::uint32_t slot) const override;
  void write(std::span<const Marker> markers, Sync sync) override;

  // Power is lost, and what was not synced with it.
  void lose_power() { markers_ = synced_; }

 private:
  std::map<std::uint32_t, Bytes> markers_;
  std::map<std::uint32_t, Bytes> synced_;
};

}  // namespace godwit::storage
