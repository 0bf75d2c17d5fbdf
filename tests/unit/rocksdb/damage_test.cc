// For each kind of file of RocksDB: a flipped bit, a cut, a removal. What comes is an error that a
// human can act on, or a word about what was dropped; never fewer rows and nothing said, where it
// can be known. The table of docs/internals/storage.md.
#include "tests/unit/rocksdb/damage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kRowsOfTable = 1000;  // In a table file, by the first restart,
constexpr std::size_t kRowsOfLog = 1000;    // and in the log, synced.
constexpr std::size_t kRows = kRowsOfTable + kRowsOfLog;

class Damage : public testing::Test {
 protected:
  Damage() {
    put_rows(rows_.store(), 0, kRowsOfTable, Sync::kNo);
    rows_.reopen();
    put_rows(rows_.store(), kRowsOfTable, kRows - 1, Sync::kNo);
    put_rows(rows_.store(), kRows - 1, kRows, Sync::kYes);  // And all before it.
    rows_.close();
  }
  [[nodiscard]] std::string only(std::string_view begins, std::string_view ends) const {
    const auto files = files_of(rows_.path(), begins, ends);
    EXPECT_EQ(files.size(), 1);
    return files.front();
  }
  [[nodiscard]] std::string log() const { return only("", ".log"); }
  [[nodiscard]] std::string table() const { return only("", ".sst"); }
  [[nodiscard]] std::string manifest() const { return only("MANIFEST", ""); }
  [[nodiscard]] std::string current() const { return rows_.path() + "/CURRENT"; }

  void expect_refused(const std::string& why) {
    EXPECT_THAT(rows_.try_reopen(),
                AllOf(HasSubstr(why), HasSubstr(rows_.path()), HasSubstr("--accept-loss")));
  }
  void expect_rows(std::size_t count) {
    ASSERT_EQ(rows_.try_reopen(), "");
    EXPECT_EQ(count_rows(rows_.store()).value(), count);
  }
  void expect_unfinished(std::size_t bytes, const std::string& file) {
    EXPECT_EQ(rows_.recovery().unfinished_bytes, bytes);
    ASSERT_FALSE(rows_.recovery().lines.empty());
    EXPECT_THAT(rows_.recovery().lines.front(), HasSubstr(file));
  }

  Rows rows_;
};

TEST_F(Damage, none_is_told_of_a_whole_store) {
  expect_rows(kRows);
  EXPECT_EQ(rows_.recovery().unfinished_bytes, 0);
  EXPECT_FALSE(rows_.recovery().dropped);
  EXPECT_TRUE(rows_.recovery().lines.empty());
}

// --- the write-ahead log
// ---------------------------------------------------------------------------

TEST_F(Damage, a_torn_end_of_the_log_is_dropped_and_told) {
  cut(log(), 3);
  expect_rows(kRows - 1);
  EXPECT_GT(rows_.recovery().unfinished_bytes, 0);
  EXPECT_THAT(rows_.recovery().lines.front(), HasSubstr(".log"));
}

TEST_F(Damage, rubbish_behind_the_log_is_told) {
  const std::string file = log();
  set_content(file, content_of(file) + std::string(300, 'x'));
  expect_rows(kRows);
  expect_unfinished(300, file);
}

// Not even the check before can know it: a log that ends between two records. This is why there are
// end markers.
TEST_F(Damage, a_log_cut_between_records_is_silently_shorter) {
  const std::string file = log();
  std::filesystem::resize_file(file, records_of(file).at(10));
  expect_rows(kRowsOfTable + 10);
  EXPECT_EQ(rows_.recovery().unfinished_bytes, 0);
}

TEST_F(Damage, a_removed_last_log_is_silent_too) {
  std::filesystem::remove(log());
  expect_rows(kRowsOfTable);
  EXPECT_EQ(rows_.recovery().unfinished_bytes, 0);
}

TEST_F(Damage, a_flipped_bit_in_the_log_is_refused) {
  const std::string file = log();
  const std::string whole = content_of(file);
  const auto records = records_of(file);
  // Every byte of the head of a record, and one of its body; in the first block and in the last.
  for (const std::size_t record : {records.at(20), records.at(records.size() - 20)}) {
    for (std::size_t byte = 0; byte < 9; ++byte) {
      SCOPED_TRACE(testing::Message() << "byte " << byte << " of the record at " << record);
      flip_bit(file, record + byte, 6);
      expect_refused("damaged");
      set_content(file, whole);
    }
  }
  expect_rows(kRows);
}

// RocksDB alone would open it without the rows behind: the record seems to reach behind the file.
TEST_F(Damage, a_flipped_length_near_the_end_of_the_log_is_refused) {
  const std::string file = log();
  const std::size_t record = records_of(file).at(records_of(file).size() - 100);
  flip_bit(file, record + 5, 6);
  expect_refused("the log is damaged at byte " + std::to_string(record));
}

TEST_F(Damage, a_zeroed_page_in_the_log_is_refused) {
  const std::string file = log();
  std::string content = content_of(file);
  content.replace(4096, 4096, 4096, '\0');
  set_content(file, content);
  expect_refused("whole records follow");
}

// Zeros from the end of a record to the end of its block: RocksDB alone skips them in every mode,
// and gives the rows before and behind.
TEST(DamageWithinTheLog, a_hole_of_zeros_is_refused) {
  constexpr std::size_t kBlockBytes = 32768;
  constexpr std::size_t kRecordBytes = 1024;
  constexpr std::size_t kOtherBytes = 32;  // Of a record, besides the value.
  Rows rows;
  for (std::size_t number = 0; number < 200; ++number) {
    Batch batch;
    batch.put(Table::kQueue, as_bytes(key_of(number)),
              as_bytes(std::string(kRecordBytes - kOtherBytes, 'v')));
    rows.store().write(batch, number + 1 == 200 ? Sync::kYes : Sync::kNo);
  }
  rows.close();
  const std::string file = files_of(rows.path(), "", ".log").back();
  std::string content = content_of(file);
  ASSERT_EQ(content.size(), 200 * kRecordBytes);
  content.replace(kBlockBytes + 4096, kBlockBytes - 4096, kBlockBytes - 4096, '\0');
  set_content(file, content);
  EXPECT_THAT(rows.try_reopen(), HasSubstr("damaged at byte 36864: whole records follow"));
}

TEST_F(Damage, a_flipped_bit_in_the_last_record_is_refused) {
  const std::string file = log();
  flip_bit(file, content_of(file).size() - 3);
  expect_refused("checksum mismatch");
}

// Several logs, because a table that is seldom written keeps the old ones alive.
TEST(DamageOfOldLogs, is_refused) {
  RowsOptions options;
  options.memory_bytes = std::uint64_t{2} << 20U;
  for (const bool remove : {true, false}) {
    Rows rows(options);
    Batch seldom;
    seldom.put(Table::kNode, as_bytes("key"), as_bytes("value"));
    rows.store().write(seldom, Sync::kYes);
    for (std::size_t number = 0; number < 1000; ++number) {
      Batch batch;
      batch.put(Table::kQueue, as_bytes(key_of(number)), as_bytes(std::string(1000, 'v')));
      rows.store().write(batch, number % 50 == 0 ? Sync::kYes : Sync::kNo);
    }
    rows.close();
    const auto logs = files_of(rows.path(), "", ".log");
    ASSERT_GT(logs.size(), 2);
    if (remove) {
      std::filesystem::remove(logs.at(1));
    } else {
      std::filesystem::resize_file(logs.at(1), records_of(logs.at(1)).at(10));
    }
    EXPECT_THAT(rows.try_reopen(), AllOf(HasSubstr("the store is damaged"), HasSubstr("WAL")));
  }
}

// --- tables
// ----------------------------------------------------------------------------------------

TEST_F(Damage, a_flipped_bit_in_a_table_ends_a_scan_with_an_error) {
  const std::string file = table();
  flip_bit(file, content_of(file).size() / 4);
  ASSERT_EQ(rows_.try_reopen(), "");
  const auto count = count_rows(rows_.store());
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().kind, ErrorKind::kDamaged);
  EXPECT_THAT(count.error().text, HasSubstr(file));
  const auto verified = rows_.store().verify_checksums();
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().kind, ErrorKind::kDamaged);
  // And a read of the row says so, not that there is none.
  std::size_t damaged = 0;
  for (std::size_t number = 0; number < kRowsOfTable; ++number) {
    const auto row = rows_.store().get(Table::kQueue, as_bytes(key_of(number)));
    EXPECT_TRUE(!row || row->has_value()) << number;
    damaged += row ? 0 : 1;
  }
  EXPECT_GT(damaged, 0);
}

TEST_F(Damage, a_cut_table_is_refused) {
  cut(table(), 10);
  expect_refused("too short");
}

TEST_F(Damage, a_removed_table_is_refused) {
  std::filesystem::remove(table());
  expect_refused("No such file");
}

// --- MANIFEST and CURRENT
// --------------------------------------------------------------------------

TEST_F(Damage, a_flipped_bit_in_the_manifest_is_refused) {
  const std::string file = manifest();
  const std::string whole = content_of(file);
  const auto records = records_of(file);
  for (const std::size_t record : {records.front(), records.at(records.size() / 2)}) {
    for (std::size_t byte = 0; byte < 8; ++byte) {
      SCOPED_TRACE(testing::Message() << "byte " << byte << " of the record at " << record);
      flip_bit(file, record + byte, 5);
      expect_refused("damaged");
      set_content(file, whole);
    }
  }
  flip_bit(file, whole.size() - 1);
  expect_refused("checksum mismatch");
}

TEST_F(Damage, a_torn_end_of_the_manifest_is_told) {
  cut(manifest(), 1);
  const std::string file = manifest();
  expect_rows(kRows);
  EXPECT_GT(rows_.recovery().unfinished_bytes, 0);
  EXPECT_THAT(rows_.recovery().lines.front(), HasSubstr(file));
}

TEST_F(Damage, half_a_manifest_is_refused) {
  cut(manifest(), content_of(manifest()).size() / 2);
  expect_refused("tables and should have 8");
}

TEST_F(Damage, a_removed_manifest_is_refused) {
  std::filesystem::remove(manifest());
  expect_refused("MANIFEST");
}

TEST_F(Damage, a_damaged_current_is_refused) {
  const std::string whole = content_of(current());
  flip_bit(current(), 12);
  expect_refused("MANIFEST");
  set_content(current(), whole.substr(0, 10));
  expect_refused("CURRENT");
  set_content(current(), "");
  expect_refused("CURRENT");
  std::filesystem::remove(current());
  expect_refused("CURRENT is missing");
}

// RocksDB writes these anew and needs nothing that is in them.
TEST_F(Damage, of_identity_and_options_loses_nothing) {
  std::filesystem::remove(rows_.path() + "/IDENTITY");
  for (const std::string& file : files_of(rows_.path(), "OPTIONS", "")) {
    std::filesystem::remove(file);
  }
  expect_rows(kRows);
}

}  // namespace
}  // namespace godwit::storage::rocks
