// What a loss of power may leave of writes that were under way, and what it may not leave of those
// that were synced, as far as a mark beside the rows tells which is which.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "tests/unit/rocksdb/damage.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t kSynced = 50;
constexpr std::size_t kUnderWay = 20;  // Rows of one batch, over several blocks of the log.
constexpr std::size_t kSectorBytes = 512;

class Crash : public testing::Test {
 protected:
  Crash() {
    put_rows(rows_.store(), 0, kSynced, Sync::kYes);
    end_ = rows_.store().synced_end();
    Batch batch;
    for (std::size_t number = kSynced; number < kSynced + kUnderWay; ++number) {
      batch.put(Table::kQueue, as_bytes(key_of(number)), as_bytes(std::string(10'000, 'v')));
    }
    rows_.store().write(batch, Sync::kNo);
    rows_.close();
    log_ = files_of(rows_.path(), "", ".log").back();
    whole_ = content_of(log_);
    fs::copy(rows_.path(), before_);
    rows_.options().synced_end = end_;
  }
  // The files as they were at the loss of power, with this log.
  void restore(const std::string& log) {
    rows_.close();
    fs::remove_all(rows_.path());
    fs::copy(before_, rows_.path());
    set_content(log_, log);
  }
  std::size_t rows_found() {
    EXPECT_EQ(rows_.try_reopen(), "");
    return count_rows(rows_.store()).value();
  }

  TemporaryFolder folder_;
  std::string before_ = folder_.file("before");
  Rows rows_;
  SyncedEnd end_;
  std::string log_;
  std::string whole_;
};

TEST_F(Crash, leaves_the_log_where_the_mark_says) {
  EXPECT_LT(end_.log_bytes, whole_.size());
  EXPECT_EQ(end_.changes, kSynced);
  EXPECT_THAT(log_, HasSubstr(std::to_string(end_.log_number) + ".log"));
  EXPECT_EQ(rows_found(), kSynced + kUnderWay);
  EXPECT_FALSE(rows_.recovery().dropped);
}

// Any of the sectors behind what was synced may be missing, and the file may be shorter.
TEST_F(Crash, in_any_state_leaves_what_was_synced_and_all_or_nothing_of_the_rest) {
  std::size_t cut_off = 0;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    std::string log = whole_;
    const std::uint64_t missing_in_100 = std::uint64_t{1} << random() % 7;
    for (std::size_t at = end_.log_bytes / kSectorBytes * kSectorBytes; at < log.size();
         at += kSectorBytes) {
      const std::size_t begin = std::max<std::size_t>(at, end_.log_bytes);
      const std::size_t end = std::min(at + kSectorBytes, log.size());
      if (random() % 100 < missing_in_100) {
        log.replace(begin, end - begin, end - begin, '\0');
      }
    }
    if (seed % 3 == 0) {
      log.resize(end_.log_bytes + random() % (log.size() - end_.log_bytes));
    }
    restore(log);
    const bool all = log == whole_;
    EXPECT_EQ(rows_found(), kSynced + (all ? kUnderWay : 0));
    EXPECT_FALSE(rows_.recovery().dropped);
    EXPECT_EQ(rows_.recovery().unfinished_bytes, all ? 0 : log.size() - end_.log_bytes);
    cut_off += all ? 0 : 1;
  }
  EXPECT_GT(cut_off, 16);
}

TEST_F(Crash, leaves_a_store_like_any_other) {
  restore(whole_.substr(0, end_.log_bytes + 5000));
  EXPECT_EQ(rows_found(), kSynced);
  put_rows(rows_.store(), kSynced, kSynced + 10, Sync::kYes);
  rows_.options().synced_end = rows_.store().synced_end();
  EXPECT_EQ(rows_found(), kSynced + 10);
  EXPECT_EQ(rows_.recovery().unfinished_bytes, 0);
  EXPECT_FALSE(rows_.recovery().dropped);
}

// Without a mark nobody can tell that from damage.
TEST_F(Crash, is_refused_without_a_mark_if_it_left_a_hole) {
  rows_.options().synced_end.reset();
  std::string log = whole_;
  log.replace(end_.log_bytes + 100, 512, 512, '\0');
  restore(log);
  EXPECT_THAT(rows_.try_reopen(), HasSubstr("whole records follow"));
}

TEST_F(Crash, does_not_excuse_damage_before_the_mark) {
  std::string log = whole_;
  log[end_.log_bytes / 2] = static_cast<char>(log[end_.log_bytes / 2] ^ 1);
  restore(log);
  EXPECT_THAT(rows_.try_reopen(), HasSubstr("whole records follow"));
  EXPECT_EQ(content_of(log_), log);  // And nothing was cut.
}

// What stands in later logs would be behind a hole, so only the last one is cut, however old the
// mark.
TEST(CrashOfOldLogs, is_no_excuse) {
  RowsOptions options;
  options.memory_bytes = std::uint64_t{2} << 20U;
  options.synced_end = SyncedEnd{};
  Rows rows(options);
  Batch seldom;
  seldom.put(Table::kNode, as_bytes("key"), as_bytes("value"));
  rows.store().write(seldom, Sync::kNo);
  const std::string value(1000, 'v');
  for (std::size_t number = 0; number < 1000; ++number) {
    Batch batch;
    batch.put(Table::kQueue, as_bytes(key_of(number)), as_bytes(value));
    rows.store().write(batch, Sync::kNo);
  }
  rows.close();
  const auto logs = files_of(rows.path(), "", ".log");
  ASSERT_GT(logs.size(), 2);
  flip_bit(logs.at(1), 5000);
  EXPECT_THAT(rows.try_reopen(), HasSubstr("whole records follow"));
}

// What is silent without a mark is told with one.
TEST_F(Crash, cannot_have_taken_what_the_mark_says_was_there) {
  const auto records = records_of(log_);
  for (const std::size_t bytes : {records.at(10), records.at(10) + 5, std::size_t{0}}) {
    restore(whole_.substr(0, bytes));
    EXPECT_EQ(rows_found(), bytes == 0 ? 0 : 10);
    EXPECT_TRUE(rows_.recovery().dropped);
    EXPECT_THAT(rows_.recovery().lines.back(),
                HasSubstr(fmt::format("the rows end at change {}, and 50 were on disk",
                                      bytes == 0 ? 0 : 10)));
    // Not only the first time.
    rows_.reopen();
    EXPECT_TRUE(rows_.recovery().dropped);
  }
  restore(whole_);
  fs::remove(log_);
  EXPECT_EQ(rows_found(), 0);
  EXPECT_TRUE(rows_.recovery().dropped);
}

}  // namespace
}  // namespace godwit::storage::rocks
