#include "cluster/replica/message_codec.h"

#include <gtest/gtest.h>

#include <string>

namespace godwit::replica {
namespace {

using raft::LogIndex;
using raft::LogPosition;
using raft::ReplicaId;
using raft::Round;
using raft::Term;

// Hexadecimal digits; spaces are for the reader.
Bytes hex(std::string_view digits) {
  Bytes bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit != ' ') {
      pair += digit;
    }
    if (pair.size() == 2) {
      bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
      pair.clear();
    }
  }
  return bytes;
}

raft::Message message(raft::MessageBody body) {
  return {raft::GroupId(7), ReplicaId(1), ReplicaId(2), Term(5), std::move(body)};
}

// Format, type, group, from, to, term.
std::string head(std::string_view type) {
  return "01" + std::string(type) + "00000007 0000000000000001 0000000000000002 0000000000000005";
}

struct Golden {
  std::string what;
  raft::Message message;
  std::string bytes;
};

std::vector<Golden> goldens() {
  const auto configuration =
      raft::Configuration::make({.voters = {{ReplicaId(1), NodeId(9)}}}).value();
  return {
      {"a pre-vote", message(raft::VoteRequest{.last = {Term(4), LogIndex(3)}, .pre_vote = true}),
       head("01") + "0000000000000004 0000000000000003 01"},
      {"a vote on request",
       message(raft::VoteRequest{.last = {Term(4), LogIndex(3)}, .transfer = true}),
       head("01") + "0000000000000004 0000000000000003 02"},
      {"a granted vote", message(raft::VoteReply{.granted = true}), head("02") + "01"},
      {"a refused pre-vote", message(raft::VoteReply{.pre_vote = true}), head("02") + "02"},
      {"entries",
       message(
           raft::AppendRequest{.previous = {Term(4), LogIndex(3)},
                               .commit = LogIndex(2),
                               .round = Round(6),
                               .entries = {{Term(5), LogIndex(4), raft::EntryKind::kNoOp, nullptr},
                                           {Term(5), LogIndex(5), raft::EntryKind::kCommand,
                                            raft::make_payload(as_bytes("hi"))}}}),
       head("03") + "0000000000000004 0000000000000003 0000000000000002 0000000000000006 00000002" +
           "0000000000000005 0000000000000004 01 00000000" +
           "0000000000000005 0000000000000005 00 00000002 6869"},
      {"an acknowledgement",
       message(raft::AppendReply{.round = Round(6), .matched = LogIndex(5), .last = LogIndex(8)}),
       head("04") + "0000000000000006 0000000000000005 0000000000000008 01"},
      {"a rejection",
       message(raft::AppendReply{
           .round = Round(6),
           .last = LogIndex(8),
           .counts = false,
           .rejection = raft::AppendRejection{LogIndex(9), {Term(3), LogIndex(8)}}}),
       head("04") + "0000000000000006 0000000000000000 0000000000000008 02" +
           "0000000000000009 0000000000000003 0000000000000008"},
      {"a heartbeat", message(raft::Heartbeat{.commit = LogIndex(2), .round = Round(6)}),
       head("05") + "0000000000000002 0000000000000006"},
      {"its answer",
       message(raft::HeartbeatReply{.round = Round(6),
                                    .received = LogIndex(5),
                                    .matched = LogIndex(4),
                                    .last = LogIndex(8)}),
       head("06") + "0000000000000006 0000000000000005 0000000000000004 0000000000000008 01"},
      {"a snapshot",
       message(raft::InstallSnapshot{.meta = {{Term(4), LogIndex(3)}, configuration},
                                     .data = raft::make_payload(as_bytes("x"))}),
       head("07") + "0000000000000004 0000000000000003 00000014" +
           "01 01 0000000000000001 0000000000000009 00 00" + "00000001 78"},
      {"a request to stand", message(raft::TimeoutNow{}), head("08")},
      {"an outcast's notice", message(raft::Outcast{LogIndex(3)}), head("09") + "0000000000000003"},
  };
}

TEST(MessageCodec, writes_these_bytes) {
  for (const Golden& golden : goldens()) {
    Bytes bytes;
    encode(golden.message, bytes);
    EXPECT_EQ(bytes, hex(golden.bytes)) << golden.what;
  }
}

TEST(MessageCodec, reads_what_it_writes) {
  for (const Golden& golden : goldens()) {
    const auto decoded = decode_message(hex(golden.bytes));
    ASSERT_TRUE(decoded.has_value()) << golden.what;
    Bytes again;
    encode(*decoded, again);
    EXPECT_EQ(again, hex(golden.bytes)) << golden.what;
    EXPECT_EQ(decoded->group, raft::GroupId(7));
    EXPECT_EQ(decoded->from, ReplicaId(1));
    EXPECT_EQ(decoded->to, ReplicaId(2));
    EXPECT_EQ(decoded->term, Term(5));
  }
}

TEST(MessageCodec, refuses_every_message_that_is_cut_off_or_goes_on) {
  for (const Golden& golden : goldens()) {
    Bytes bytes = hex(golden.bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_message(ByteView(bytes).first(size)).has_value()) << golden.what << size;
    }
    bytes.push_back(std::byte{0});
    EXPECT_EQ(decode_message(bytes).error().kind, DecodeErrorKind::kTrailing) << golden.what;
  }
}

TEST(MessageCodec, refuses_what_it_does_not_know) {
  const auto kind_of = [](const std::string& digits) {
    return decode_message(hex(digits)).error().kind;
  };
  EXPECT_EQ(kind_of("02" + head("08").substr(2)), DecodeErrorKind::kUnknownFormat);
  EXPECT_EQ(kind_of(head("00")), DecodeErrorKind::kUnknownType);
  EXPECT_EQ(kind_of(head("0a")), DecodeErrorKind::kUnknownType);
  EXPECT_EQ(kind_of(head("ff")), DecodeErrorKind::kUnknownType);
  EXPECT_EQ(kind_of(head("02") + "04"), DecodeErrorKind::kBadFlags);
  EXPECT_EQ(kind_of(head("06") + std::string(64, '0') + "02"), DecodeErrorKind::kBadFlags);
  EXPECT_EQ(kind_of(head("03") + std::string(64, '0') + "00000001" + std::string(32, '0') +
                    "03 00000000"),
            DecodeErrorKind::kUnknownEntryKind);
  EXPECT_EQ(kind_of(head("07") + std::string(32, '0') + "00000001 09 00000000"),
            DecodeErrorKind::kBadConfiguration);
}

// A count or length that promises more than there is costs no memory.
TEST(MessageCodec, believes_no_number_of_entries) {
  EXPECT_EQ(decode_message(hex(head("03") + std::string(64, '0') + "ffffffff")).error().kind,
            DecodeErrorKind::kTruncated);
  EXPECT_EQ(decode_message(hex(head("07") + std::string(32, '0') + "ffffffff")).error().kind,
            DecodeErrorKind::kTruncated);
}

}  // namespace
}  // namespace godwit::replica
