// The rows as they are on disk: these bytes must be read by every later version.
#include "cluster/replica/rows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "storage/seal.h"

namespace godwit::replica {
namespace {

using raft::GroupId;
using raft::LogIndex;
using raft::ReplicaId;
using raft::Term;
using storage::Batch;
using storage::Change;

std::string told(const Batch& batch) {
  std::string text;
  batch.for_each([&](const Change& change) {
    text += fmt::format("{} {} {}", name(change.table), to_hex(change.key), to_hex(change.value));
  });
  return text;
}

// The key and the value of the one change in `batch`.
std::pair<Bytes, Bytes> row_of(const Batch& batch) {
  std::pair<Bytes, Bytes> row;
  batch.for_each([&](const Change& change) {
    row = {Bytes(change.key.begin(), change.key.end()),
           Bytes(change.value.begin(), change.value.end())};
  });
  return row;
}

raft::Configuration one_voter() {
  return raft::Configuration::make({.voters = {{ReplicaId(9), NodeId(3)}}}).value();
}

StateRow some_state() {
  return {.generation = 2,
          .applied = {{Term(5), LogIndex(17)}, one_voter()},
          .log_first = LogIndex(11)};
}

EndMarker some_marker() {
  return {.hard_state = {.term = Term(5), .vote = ReplicaId(9), .amnesiac = true},
          .acknowledged = {Term(4), LogIndex(16)}};
}

TEST(Rows, are_these_bytes) {
  Batch replica;
  put_replica(replica, GroupId(7), ReplicaId(9));
  EXPECT_EQ(told(replica), "node 5200000007 01000000000000000936f57590");
  Batch hard_state;
  put_hard_state(hard_state, GroupId(7), some_marker().hard_state);
  EXPECT_EQ(told(hard_state), "node 4800000007 0100000000000000050000000000000009014ab671f8");
  Batch state;
  put_state(state, GroupId(7), some_state());
  EXPECT_EQ(told(state),
            "node 5300000007 01"
            "00000002"
            "0000000000000005"
            "0000000000000011"
            "000000000000000b"
            "0101"
            "0000000000000009"
            "0000000000000003"
            "0000"
            "8331cd83");
  Batch entry;
  put_entry(entry, GroupId(7),
            {Term(5), LogIndex(18), raft::EntryKind::kCommand, raft::make_payload(as_bytes("ab"))});
  EXPECT_EQ(told(entry), "log 000000070000000000000012 010000000000000000056162dc524c54");
  EXPECT_EQ(to_hex(encode_marker(some_marker())),
            "010000000000000005000000000000000901"
            "00000000000000040000000000000010");
}

TEST(Rows, come_back_as_they_were) {
  Batch replica;
  put_replica(replica, GroupId(7), ReplicaId(9));
  EXPECT_EQ(read_replica(row_of(replica).first, row_of(replica).second).value(), ReplicaId(9));
  Batch hard_state;
  put_hard_state(hard_state, GroupId(7), some_marker().hard_state);
  EXPECT_EQ(read_hard_state(row_of(hard_state).first, row_of(hard_state).second).value(),
            some_marker().hard_state);
  Batch state;
  put_state(state, GroupId(7), some_state());
  EXPECT_EQ(read_state(row_of(state).first, row_of(state).second).value(), some_state());
  Batch written;
  put_entry(written, GroupId(7),
            {Term(5), LogIndex(18), raft::EntryKind::kNoOp, raft::make_payload(as_bytes("ab"))});
  const raft::Entry entry = read_entry(row_of(written).first, row_of(written).second).value();
  EXPECT_EQ(entry.position(), (raft::LogPosition{Term(5), LogIndex(18)}));
  EXPECT_EQ(entry.kind, raft::EntryKind::kNoOp);
  EXPECT_EQ(as_text(entry.bytes()), "ab");
  EXPECT_EQ(decode_marker(encode_marker(some_marker())), some_marker());
}

TEST(Rows, are_not_read_when_a_bit_is_wrong_or_bytes_are_missing) {
  Batch batch;
  put_state(batch, GroupId(7), some_state());
  const auto [key, value] = row_of(batch);
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    Bytes damaged = value;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(read_state(key, damaged)) << bit;
  }
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(read_state(key, ByteView(value).first(size))) << size;
  }
}

TEST(Rows, of_another_group_are_not_believed) {
  Batch batch;
  put_hard_state(batch, GroupId(7), {});
  EXPECT_EQ(read_hard_state(hard_state_key(GroupId(8)), row_of(batch).second).error().kind,
            storage::ErrorKind::kDamaged);
}

TEST(Rows, of_a_later_format_say_so) {
  const Bytes key = replica_key(GroupId(7));
  Bytes value = {std::byte{2}};
  storage::seal(key, value);
  EXPECT_NE(read_replica(key, value).error().text.find("format 2"), std::string::npos);
}

TEST(Rows, of_a_marker_are_not_read_when_bytes_are_missing_or_left) {
  Bytes bytes = encode_marker(some_marker());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_marker(ByteView(bytes).first(size)));
  }
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(decode_marker(bytes));
}

TEST(Rows, of_a_log_lie_behind_each_other_and_apart_from_other_groups) {
  const storage::KeyRange range = log_range(GroupId(7), LogIndex(5));
  EXPECT_TRUE(range.contains(log_key(GroupId(7), LogIndex(5))));
  EXPECT_TRUE(range.contains(log_key(GroupId(7), LogIndex(1ULL << 40U))));
  EXPECT_FALSE(range.contains(log_key(GroupId(7), LogIndex(4))));
  EXPECT_FALSE(range.contains(log_key(GroupId(8), LogIndex(6))));
  EXPECT_EQ(index_of(log_key(GroupId(7), LogIndex(5))), LogIndex(5));
}

}  // namespace
}  // namespace godwit::replica
