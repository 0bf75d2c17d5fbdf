#include "cluster/raft/log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace godwit::raft {
namespace {

Entry entry(std::uint64_t term, std::uint64_t index, std::size_t size = 1) {
  return {Term(term), LogIndex(index), EntryKind::kCommand,
          std::make_shared<const Bytes>(size, std::byte{7})};
}

Log log_of(std::initializer_list<std::uint64_t> terms) {
  Log log({}, LogIndex(1), {});
  for (const std::uint64_t term : terms) {
    log.append(entry(term, log.last().index.value() + 1));
  }
  return log;
}

PersistNumber ask(Log& log, std::uint64_t number) {
  static_cast<void>(log.take_unasked());
  log.requested(PersistNumber(number));
  return PersistNumber(number);
}

TEST(Log, knows_terms_of_what_it_has) {
  const Log log = log_of({1, 1, 3});
  EXPECT_EQ(log.term_at(LogIndex(0)), Term(0));
  EXPECT_EQ(log.term_at(LogIndex(3)), Term(3));
  EXPECT_FALSE(log.term_at(LogIndex(4)).has_value());
  EXPECT_TRUE(log.matches({Term(1), LogIndex(2)}));
  EXPECT_FALSE(log.matches({Term(2), LogIndex(2)}));
}

TEST(Log, finds_the_last_position_of_a_term_that_is_not_later) {
  const Log log = log_of({1, 1, 3, 3, 5});
  EXPECT_EQ(log.last_not_after(LogIndex(9), Term(9)), (LogPosition{Term(5), LogIndex(5)}));
  EXPECT_EQ(log.last_not_after(LogIndex(5), Term(4)), (LogPosition{Term(3), LogIndex(4)}));
  EXPECT_EQ(log.last_not_after(LogIndex(5), Term(2)), (LogPosition{Term(1), LogIndex(2)}));
  EXPECT_EQ(log.last_not_after(LogIndex(5), Term(0)), (LogPosition{Term(0), LogIndex(0)}));
}

TEST(Log, gives_at_least_one_entry_and_keeps_to_the_limits) {
  const Log log = log_of({1, 1, 1, 1});
  EXPECT_EQ(log.entries_from(LogIndex(2), 10, 1).size(), 1u);
  EXPECT_EQ(log.entries_from(LogIndex(2), 2, 1000).size(), 2u);
  EXPECT_EQ(log.entries_from(LogIndex(2), 10, 1000).size(), 3u);
  EXPECT_TRUE(log.entries_from(LogIndex(5), 10, 1000).empty());
}

TEST(Log, counts_as_durable_what_a_finished_request_reaches) {
  Log log = log_of({1, 1});
  ask(log, 1);
  log.append(entry(1, 3));
  ask(log, 2);
  EXPECT_FALSE(log.has_unasked());
  EXPECT_TRUE(log.persisted(PersistNumber(1)));
  EXPECT_EQ(log.durable(), LogIndex(2));
  EXPECT_TRUE(log.persisted(PersistNumber(2)));
  EXPECT_EQ(log.durable(), LogIndex(3));
  EXPECT_FALSE(log.requests_pending());
}

// ADR 0009: the entry that comes back under the same index and term is still another write.
TEST(Log, does_not_count_a_write_that_was_overtaken) {
  Log log = log_of({1, 1});
  ask(log, 1);
  log.truncate_from(LogIndex(2));
  log.append(entry(2, 2));
  ask(log, 2);
  log.truncate_from(LogIndex(2));
  log.append(entry(3, 2));
  ask(log, 3);
  EXPECT_TRUE(log.persisted(PersistNumber(1)));
  EXPECT_EQ(log.durable(), LogIndex(1));
  EXPECT_FALSE(log.persisted(PersistNumber(2)));
  EXPECT_TRUE(log.persisted(PersistNumber(3)));
  EXPECT_EQ(log.durable(), LogIndex(2));
}

TEST(Log, hands_out_what_is_committed_and_durable_once) {
  Log log = log_of({1, 1, 1});
  log.commit_to(LogIndex(3));
  EXPECT_FALSE(log.has_committed());
  ask(log, 1);
  log.persisted(PersistNumber(1));
  EXPECT_EQ(log.take_committed(40).size(), 1u);
  EXPECT_EQ(log.take_committed(1000).size(), 2u);
  EXPECT_FALSE(log.has_committed());
  EXPECT_EQ(log.applied(), LogIndex(3));
}

TEST(Log, is_nothing_but_the_snapshot_after_a_reset) {
  Log log = log_of({1, 1, 1});
  ask(log, 1);
  log.reset({Term(4), LogIndex(9)});
  EXPECT_EQ(log.last(), (LogPosition{Term(4), LogIndex(9)}));
  EXPECT_EQ(log.first_on_disk(), LogIndex(10));
  EXPECT_EQ(log.uncommitted_bytes(), 0u);
  // The old write says nothing; the one with the snapshot does.
  log.append(entry(4, 10));
  log.commit_to(LogIndex(10));
  EXPECT_FALSE(log.persisted(PersistNumber(1)));
  ask(log, 2);
  EXPECT_FALSE(log.has_committed());
  EXPECT_TRUE(log.persisted(PersistNumber(2)));
  EXPECT_EQ(log.take_committed(1000).size(), 1u);
}

TEST(Log, drops_applied_entries_beyond_the_cache) {
  Log log = log_of({1, 1, 2});
  ask(log, 1);
  log.persisted(PersistNumber(1));
  log.commit_to(LogIndex(2));
  static_cast<void>(log.take_committed(1000));
  log.trim(0);
  // The third is not applied.
  EXPECT_EQ(log.memory_start(), (LogPosition{Term(1), LogIndex(2)}));
  EXPECT_EQ(log.term_at(LogIndex(2)), Term(1));
  EXPECT_FALSE(log.term_at(LogIndex(1)).has_value());
  EXPECT_EQ(log.first_on_disk(), LogIndex(1));
  log.compacted(LogIndex(2));
  EXPECT_EQ(log.first_on_disk(), LogIndex(3));
}

TEST(Log, counts_bytes_that_are_not_committed) {
  Log log = log_of({1, 1});
  EXPECT_EQ(log.uncommitted_bytes(), 2u * 33);
  log.commit_to(LogIndex(1));
  EXPECT_EQ(log.uncommitted_bytes(), 33u);
  log.truncate_from(LogIndex(2));
  EXPECT_EQ(log.uncommitted_bytes(), 0u);
}

}  // namespace
}  // namespace godwit::raft
