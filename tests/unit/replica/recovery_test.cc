#include "cluster/replica/recovery.h"

#include <gtest/gtest.h>

#include <array>

#include "storage/memory_marker_store.h"
#include "storage/memory_store.h"

namespace godwit::replica {
namespace {

using raft::GroupId;
using raft::LogIndex;
using raft::LogPosition;
using raft::ReplicaId;
using raft::Term;
using storage::Batch;
using storage::Table;

constexpr GroupId kGroup{7};

raft::Configuration one_voter() {
  return raft::Configuration::make({.voters = {{ReplicaId(9), NodeId(3)}}}).value();
}

class RecoveryTest : public testing::Test {
 protected:
  // A replica that applied 4 entries, dropped 2 and has 6, all of term 3.
  RecoveryTest() {
    Batch batch;
    put_replica(batch, kGroup, ReplicaId(9));
    put_hard_state(batch, kGroup, {.term = Term(3), .vote = ReplicaId(9)});
    put_state(batch, kGroup,
              {.applied = {{Term(3), LogIndex(4)}, one_voter()}, .log_first = LogIndex(3)});
    for (std::uint64_t index = 3; index <= 6; ++index) {
      put_entry(batch, kGroup,
                {Term(3), LogIndex(index), raft::EntryKind::kCommand,
                 raft::make_payload(as_bytes("payload"))});
    }
    store_.write(batch, storage::Sync::kYes);
    mark({Term(3), LogIndex(6)});
  }

  void mark(LogPosition acknowledged) {
    const Bytes bytes = encode_marker(
        {.hard_state = {.term = Term(3), .vote = ReplicaId(9)}, .acknowledged = acknowledged});
    markers_.write(std::array{storage::Marker{kGroup.value(), bytes}}, storage::Sync::kYes);
  }
  void remove(Table table, const Bytes& key) {
    Batch batch;
    batch.remove(table, key);
    store_.write(batch, storage::Sync::kYes);
  }
  void damage(Table table, const Bytes& key) {
    Bytes value = store_.get(table, key).value().value();
    value[value.size() / 2] ^= std::byte{1};
    Batch batch;
    batch.put(table, key, value);
    store_.write(batch, storage::Sync::kYes);
  }
  Recovery recovered() { return recover(store_, markers_, kGroup).value().value(); }

  storage::MemoryStore store_;
  storage::MemoryMarkerStore markers_;
};

TEST_F(RecoveryTest, finds_what_was_there) {
  const Recovery found = recovered();
  EXPECT_EQ(found.replica, ReplicaId(9));
  EXPECT_EQ(found.damage, "");
  EXPECT_EQ(found.recovered.hard_state, (raft::HardState{Term(3), ReplicaId(9), false}));
  EXPECT_EQ(found.recovered.applied.last, (LogPosition{Term(3), LogIndex(4)}));
  EXPECT_EQ(found.recovered.applied.configuration, one_voter());
  EXPECT_EQ(found.recovered.log_first, LogIndex(3));
  ASSERT_EQ(found.recovered.entries.size(), 2);
  EXPECT_EQ(found.recovered.entries.front().index, LogIndex(5));
  EXPECT_EQ(found.log_end, LogIndex(6));
}

TEST_F(RecoveryTest, finds_nothing_of_a_group_that_never_was_here) {
  EXPECT_FALSE(recover(store_, markers_, GroupId(8)).value());
}

TEST_F(RecoveryTest, notices_that_the_log_ends_before_what_was_acknowledged) {
  remove(Table::kLog, log_key(kGroup, LogIndex(6)));
  const Recovery found = recovered();
  EXPECT_TRUE(found.recovered.hard_state.amnesiac);
  EXPECT_EQ(found.damage, "the log ends at term 3 index 5, and term 3 index 6 was acknowledged");
}

TEST_F(RecoveryTest, notices_a_hole) {
  mark({Term(3), LogIndex(4)});
  remove(Table::kLog, log_key(kGroup, LogIndex(5)));
  const Recovery found = recovered();
  EXPECT_TRUE(found.recovered.hard_state.amnesiac);
  EXPECT_TRUE(found.recovered.entries.empty());
  EXPECT_EQ(found.damage, "entry 5 of the log is missing");
  EXPECT_EQ(found.log_end, LogIndex(6));  // So that a later write takes the useless row away.
}

TEST_F(RecoveryTest, believes_no_entry_behind_a_damaged_one) {
  damage(Table::kLog, log_key(kGroup, LogIndex(5)));
  const Recovery found = recovered();
  EXPECT_TRUE(found.recovered.hard_state.amnesiac);
  EXPECT_TRUE(found.recovered.entries.empty());
  EXPECT_NE(found.damage.find("checksum"), std::string::npos);
}

TEST_F(RecoveryTest, distrusts_rows_without_a_marker) {
  const Bytes nonsense = {std::byte{9}};
  markers_.write(std::array{storage::Marker{kGroup.value(), nonsense}}, storage::Sync::kYes);
  EXPECT_TRUE(recovered().recovered.hard_state.amnesiac);
  EXPECT_EQ(recovered().damage, "the end marker is missing or damaged");
}

TEST_F(RecoveryTest, refuses_a_marker_without_rows) {
  for (const Bytes& key : {replica_key(kGroup), hard_state_key(kGroup), state_key(kGroup)}) {
    const Bytes value = store_.get(Table::kNode, key).value().value();
    remove(Table::kNode, key);
    EXPECT_FALSE(recover(store_, markers_, kGroup));
    Batch batch;
    batch.put(Table::kNode, key, value);
    store_.write(batch, storage::Sync::kYes);
    damage(Table::kNode, key);
    EXPECT_FALSE(recover(store_, markers_, kGroup));
    store_.write(batch, storage::Sync::kYes);
  }
  EXPECT_TRUE(recover(store_, markers_, kGroup));
}

TEST_F(RecoveryTest, takes_term_and_vote_from_the_newer_of_both) {
  Batch batch;
  put_hard_state(batch, kGroup, {.term = Term(2), .vote = ReplicaId(4)});
  store_.write(batch, storage::Sync::kYes);
  EXPECT_EQ(recovered().recovered.hard_state.term, Term(3));
  EXPECT_EQ(recovered().recovered.hard_state.vote, ReplicaId(9));
}

// --- reading back --------------------------------------------------------------------------------

class ReadEntriesTest : public RecoveryTest {
 protected:
  raft::Fetched read(std::uint64_t first, std::size_t entries = 100, std::size_t bytes = 10'000) {
    return read_entries(store_, kGroup,
                        {.to = ReplicaId(4),
                         .first = LogIndex(first),
                         .entries_max = entries,
                         .bytes_max = bytes})
        .value();
  }
};

TEST_F(ReadEntriesTest, gives_entries_and_the_position_before_them) {
  const raft::Fetched fetched = read(4);
  EXPECT_EQ(fetched.to, ReplicaId(4));
  EXPECT_EQ(fetched.previous, (LogPosition{Term(3), LogIndex(3)}));
  ASSERT_EQ(fetched.entries.size(), 3);
  EXPECT_EQ(fetched.entries.front().index, LogIndex(4));
}

TEST_F(ReadEntriesTest, gives_nothing_of_what_is_gone) {
  EXPECT_TRUE(read(2).entries.empty());
  EXPECT_TRUE(read(3).entries.empty());  // Its own row is there, but nobody knows the one before.
}

TEST_F(ReadEntriesTest, knows_the_end_of_the_durable_state) {
  remove(Table::kLog, log_key(kGroup, LogIndex(4)));
  EXPECT_EQ(read(5).previous, (LogPosition{Term(3), LogIndex(4)}));
  EXPECT_EQ(read(5).entries.size(), 2);
}

TEST_F(ReadEntriesTest, stays_within_the_bounds_but_gives_one) {
  EXPECT_EQ(read(4, 2).entries.size(), 2);
  EXPECT_EQ(read(4, 100, 1).entries.size(), 1);
  EXPECT_EQ(read(4, 100, 50).entries.size(), 2);
}

TEST_F(ReadEntriesTest, stops_at_a_damaged_entry_with_an_error) {
  damage(Table::kLog, log_key(kGroup, LogIndex(5)));
  EXPECT_FALSE(
      read_entries(store_, kGroup,
                   {.to = ReplicaId(4), .first = LogIndex(4), .entries_max = 9, .bytes_max = 999}));
}

}  // namespace
}  // namespace godwit::replica
