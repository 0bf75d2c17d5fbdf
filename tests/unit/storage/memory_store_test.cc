#include "storage/memory_store.h"

#include <gtest/gtest.h>

#include "tests/testkit/store_files.h"
#include "tests/testkit/store_script.h"

namespace godwit::storage {
namespace {

class MemoryStoreScripts : public testing::TestWithParam<std::string> {};

TEST_P(MemoryStoreScripts, answers_as_expected) {
  MemoryStore store;
  const std::string script = testkit::read_script(GetParam());
  EXPECT_EQ(testkit::play(script, store), testkit::expected_answers(script));
}

INSTANTIATE_TEST_SUITE_P(Files, MemoryStoreScripts, testing::ValuesIn(testkit::script_files()));

std::string rows(const MemoryStore& store) {
  const auto cursor = store.scan(Table::kSession, {});
  std::string text;
  while (const auto row = cursor->next().value()) {
    text += std::string(as_text(row->key)) + "=" + std::string(as_text(row->value)) + ";";
  }
  return text;
}

void put(MemoryStore& store, std::string_view key, std::string_view value, Sync sync) {
  Batch batch;
  batch.put(Table::kSession, as_bytes(key), as_bytes(value));
  store.write(batch, sync);
}

TEST(MemoryStore, loses_with_its_power_what_was_not_synced) {
  MemoryStore store;
  put(store, "a", "1", Sync::kYes);
  put(store, "b", "2", Sync::kNo);
  EXPECT_EQ(rows(store), "a=1;b=2;");
  store.lose_power(0);
  EXPECT_EQ(rows(store), "a=1;");
}

// The unsynced end of the write-ahead log may have arrived in part, but in order.
TEST(MemoryStore, keeps_the_oldest_of_what_was_not_synced) {
  MemoryStore store;
  put(store, "a", "1", Sync::kNo);
  put(store, "a", "2", Sync::kNo);
  put(store, "a", "3", Sync::kNo);
  ASSERT_EQ(store.unsynced(), 3);
  store.lose_power(2);
  EXPECT_EQ(rows(store), "a=2;");
  EXPECT_EQ(store.unsynced(), 0);
}

TEST(MemoryStore, has_with_a_synced_write_all_before_it) {
  MemoryStore store;
  put(store, "a", "1", Sync::kNo);
  put(store, "b", "2", Sync::kYes);
  store.lose_power(0);
  EXPECT_EQ(rows(store), "a=1;b=2;");
}

TEST(MemoryStore, does_not_change_under_a_cursor) {
  MemoryStore store;
  put(store, "a", "1", Sync::kNo);
  put(store, "b", "2", Sync::kNo);
  const auto cursor = store.scan(Table::kSession, {});
  ASSERT_EQ(as_text(cursor->next().value()->key), "a");
  put(store, "b", "3", Sync::kNo);
  put(store, "c", "4", Sync::kNo);
  EXPECT_EQ(as_text(cursor->next().value()->value), "2");
  EXPECT_FALSE(cursor->next().value());
}

}  // namespace
}  // namespace godwit::storage
