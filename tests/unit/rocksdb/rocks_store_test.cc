#include "storage/rocksdb/rocks_store.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "tests/testkit/store_files.h"
#include "tests/testkit/store_script.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

class RocksStoreScripts : public testing::TestWithParam<std::string> {};

TEST_P(RocksStoreScripts, answers_as_expected) {
  Rows rows;
  const std::string script = testkit::read_script(GetParam());
  EXPECT_EQ(testkit::play(script, rows.store()), testkit::expected_answers(script));
}

INSTANTIATE_TEST_SUITE_P(Files, RocksStoreScripts, testing::ValuesIn(testkit::script_files()));

void clear(Store& store) {
  Batch batch;
  for (std::size_t table = 0; table < kTables; ++table) {
    batch.remove_range(static_cast<Table>(table), {}, as_bytes("\xff\xff\xff\xff\xff"));
  }
  store.write(batch, Sync::kNo);
}

// All rows of all tables, as a script reads them.
std::string everything(Store& store) { return testkit::play("scan session\nscan queue\n", store); }

// One store for many scripts: what earlier ones left behind (removed ranges, old values, tables on
// disk) must not show.
TEST(RocksStore, cannot_be_told_from_memory_by_random_scripts) {
  Rows rows;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string script = testkit::random_script(seed, 120);
    MemoryStore memory;
    clear(rows.store());
    ASSERT_EQ(testkit::play(script, rows.store()), testkit::play(script, memory))
        << "seed " << seed;
    if (seed % 10 == 0) {
      rows.reopen();
      ASSERT_EQ(everything(rows.store()), everything(memory)) << "reopened after seed " << seed;
    }
  }
}

TEST(RocksStore, keeps_its_tables_apart_and_over_a_restart) {
  Rows rows;
  Batch batch;
  for (std::size_t table = 0; table < kTables; ++table) {
    batch.put(static_cast<Table>(table), as_bytes("key"), as_bytes(kTableNames.at(table)));
  }
  rows.store().write(batch, Sync::kYes);
  rows.reopen();
  for (std::size_t table = 0; table < kTables; ++table) {
    const auto value = rows.store().get(static_cast<Table>(table), as_bytes("key")).value();
    ASSERT_TRUE(value);
    EXPECT_EQ(as_text(*value), kTableNames.at(table));
  }
  EXPECT_FALSE(rows.recovery().dropped);
}

TEST(RocksStore, does_not_change_under_a_cursor) {
  Rows rows;
  put_rows(rows.store(), 0, 2, Sync::kNo);
  const auto cursor = rows.store().scan(Table::kQueue, {});
  put_rows(rows.store(), 2, 4, Sync::kNo);
  std::size_t seen = 0;
  while (cursor->next().value()) {
    ++seen;
  }
  EXPECT_EQ(seen, 2);
}

TEST(RocksStore, syncs_once_for_each_synced_batch) {
  Rows rows;
  const std::uint64_t before = rows.store().stats().log_syncs;
  put_rows(rows.store(), 0, 10, Sync::kNo);
  EXPECT_EQ(rows.store().stats().log_syncs, before);
  put_rows(rows.store(), 10, 13, Sync::kYes);
  EXPECT_EQ(rows.store().stats().log_syncs, before + 3);
  // Nothing to write is still everything before it to sync.
  rows.store().write(Batch(), Sync::kYes);
  EXPECT_EQ(rows.store().stats().log_syncs, before + 4);
}

TEST(RocksStore, keeps_within_its_memory_and_log) {
  RowsOptions options;
  options.memory_bytes = std::uint64_t{8} << 20U;
  options.log_bytes_max = std::uint64_t{4} << 20U;
  Rows rows(options);
  const std::string value(1000, 'v');
  for (std::size_t number = 0; number < 20'000; ++number) {
    Batch batch;
    batch.put(static_cast<Table>(number % kTables), as_bytes(key_of(number)), as_bytes(value));
    rows.store().write(batch, Sync::kNo);
  }
  const Stats stats = rows.store().stats();
  // What waits for a flush may come on top of the half of the budget that memtables have.
  EXPECT_LT(stats.memtable_bytes, options.memory_bytes);
  EXPECT_GT(stats.table_file_bytes, 0);
  EXPECT_LT(stats.log_file_bytes, 4 * options.log_bytes_max);
  EXPECT_TRUE(rows.store().verify_checksums());
}

}  // namespace
}  // namespace godwit::storage::rocks
