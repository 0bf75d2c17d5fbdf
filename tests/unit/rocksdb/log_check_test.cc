#include "storage/rocksdb/log_check.h"

#include <gtest/gtest.h>

#include "tests/unit/rocksdb/damage.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

// Logs as RocksDB writes them: records of all sizes, some over several blocks.
std::string written_log() {
  Rows rows;
  for (const std::size_t size : {1, 100, 32'000, 500, 700, 70'000, 3, 32'768, 9, 40'000}) {
    Batch batch;
    batch.put(Table::kQueue, as_bytes("key"), as_bytes(std::string(size, 'v')));
    rows.store().write(batch, Sync::kNo);
  }
  rows.close();
  return content_of(files_of(rows.path(), "", ".log").back());
}

TEST(LogCheck, finds_a_whole_log_whole) {
  const std::string log = written_log();
  ASSERT_GT(log.size(), 170'000);
  const LogEnd end = find_log_end(as_bytes(log));
  EXPECT_EQ(end.whole_bytes, log.size());
  EXPECT_EQ(end.rest_bytes, 0);
  EXPECT_FALSE(end.records_behind);
}

TEST(LogCheck, takes_an_empty_log_for_whole) {
  const LogEnd end = find_log_end({});
  EXPECT_EQ(end.whole_bytes + end.rest_bytes, 0);
  EXPECT_FALSE(end.records_behind);
}

// Wherever a crash cuts a log, that is no damage.
TEST(LogCheck, finds_no_damage_in_a_log_cut_anywhere) {
  const std::string log = written_log();
  for (std::size_t size = 0; size < log.size(); size += 997) {
    const LogEnd end = find_log_end(as_bytes(log).first(size));
    EXPECT_FALSE(end.records_behind) << size;
    EXPECT_EQ(end.whole_bytes + end.rest_bytes, size);
  }
}

// And wherever a byte is wrong, what stands behind is found.
TEST(LogCheck, finds_damage_anywhere_before_the_last_record) {
  const std::string log = written_log();
  const LogEnd whole = find_log_end(as_bytes(log));
  ASSERT_EQ(whole.rest_bytes, 0);
  for (std::size_t at = 0; at < log.size() - 45'000; at += 499) {
    std::string damaged = log;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const LogEnd end = find_log_end(as_bytes(damaged));
    EXPECT_TRUE(end.records_behind) << at;
    EXPECT_LE(end.whole_bytes, at);
  }
}

TEST(LogCheck, takes_zeros_at_the_end_for_space_that_was_never_written) {
  const std::string log = written_log();
  const LogEnd end = find_log_end(as_bytes(log + std::string(100'000, '\0')));
  EXPECT_EQ(end.whole_bytes, log.size());
  EXPECT_EQ(end.rest_bytes, 100'000);
  EXPECT_FALSE(end.records_behind);
}

}  // namespace
}  // namespace godwit::storage::rocks
