#include "storage/memory_marker_store.h"

#include <gtest/gtest.h>

#include <array>

namespace godwit::storage {
namespace {

void write(MemoryMarkerStore& store, std::uint32_t slot, std::string_view text, Sync sync) {
  const std::array markers = {Marker{slot, as_bytes(text)}};
  store.write(markers, sync);
}

std::string read(const MemoryMarkerStore& store, std::uint32_t slot) {
  const auto bytes = store.read(slot);
  return bytes ? std::string(as_text(*bytes)) : "nothing";
}

TEST(MemoryMarkerStore, keeps_the_last_of_each_slot) {
  MemoryMarkerStore store;
  EXPECT_EQ(read(store, 3), "nothing");
  write(store, 3, "one", Sync::kYes);
  write(store, 3, "two", Sync::kYes);
  write(store, 4, "other", Sync::kYes);
  EXPECT_EQ(read(store, 3), "two");
  EXPECT_EQ(read(store, 4), "other");
}

TEST(MemoryMarkerStore, loses_with_its_power_what_was_not_synced) {
  MemoryMarkerStore store;
  write(store, 3, "one", Sync::kYes);
  write(store, 3, "two", Sync::kNo);
  write(store, 4, "other", Sync::kNo);
  store.lose_power();
  EXPECT_EQ(read(store, 3), "one");
  EXPECT_EQ(read(store, 4), "nothing");
}

}  // namespace
}  // namespace godwit::storage
