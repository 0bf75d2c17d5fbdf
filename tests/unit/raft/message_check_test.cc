// What can be held against a message by itself: one row for each thing that is checked, next to a
// row that is just right.
#include "cluster/raft/message_check.h"

#include <gtest/gtest.h>

#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

constexpr std::uint64_t kTop = kLogIndexMax.value();

Options small_options() {
  Options options;
  options.append_entries_max = 3;
  options.entry_bytes_max = 100;
  return options;
}

// From replica 1 to replica 2 of group 1, in term 5.
Message message(MessageBody body) {
  return {GroupId(1), ReplicaId(1), ReplicaId(2), Term(5), std::move(body)};
}

std::optional<Refusal> refusal_of(const Message& checked) {
  const auto result = check_message(checked, GroupId(1), ReplicaId(2), small_options());
  return result ? std::nullopt : std::optional(result.error());
}

struct Row {
  std::string_view what;
  MessageBody body;
  std::optional<Refusal> refusal;
};

void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(refusal_of(message(row.body)), row.refusal) << row.what;
  }
}

AppendRequest append(LogPosition previous, std::vector<Entry> list) {
  return {.previous = previous, .entries = std::move(list)};
}

AppendRequest of_kind(EntryKind kind, const Bytes& bytes) {
  return append({}, {{Term(1), LogIndex(1), kind, make_payload(bytes)}});
}

TEST(MessageCheck, envelopes) {
  struct Envelope {
    std::string_view what;
    Message message;
    std::optional<Refusal> refusal;
  };
  const MessageBody body = Heartbeat{};
  const ReplicaId one(1);
  const ReplicaId two(2);
  const std::vector<Envelope> rows = {
      {"right", {GroupId(1), one, two, Term(5), body}, std::nullopt},
      {"another group", {GroupId(2), one, two, Term(5), body}, Refusal::kWrongGroup},
      {"for another", {GroupId(1), one, ReplicaId(3), Term(5), body}, Refusal::kWrongReplica},
      {"for nobody", {GroupId(1), one, ReplicaId(0), Term(5), body}, Refusal::kWrongReplica},
      {"from itself", {GroupId(1), two, two, Term(5), body}, Refusal::kWrongReplica},
      {"from nobody", {GroupId(1), ReplicaId(0), two, Term(5), body}, Refusal::kWrongReplica},
      {"term 0", {GroupId(1), one, two, Term(0), body}, Refusal::kImpossibleTerm},
      {"the greatest term", {GroupId(1), one, two, kTermMax, body}, std::nullopt},
      {"beyond it", {GroupId(1), one, two, next(kTermMax), body}, Refusal::kImpossibleTerm},
      {"far beyond",
       {GroupId(1), one, two, Term(~std::uint64_t{0}), body},
       Refusal::kImpossibleTerm},
  };
  for (const Envelope& row : rows) {
    EXPECT_EQ(refusal_of(row.message), row.refusal) << row.what;
  }
}

TEST(MessageCheck, votes) {
  constexpr auto kBad = Refusal::kImpossibleIndex;
  expect({
      {"an empty log", VoteRequest{}, std::nullopt},
      {"an older log", VoteRequest{.last = at(4, 9)}, std::nullopt},
      {"a log of the term it stands for", VoteRequest{.last = at(5, 9)}, kBad},
      {"a log of the future", VoteRequest{.last = at(6, 9)}, kBad},
      {"index 0 in a term", VoteRequest{.last = at(4, 0)}, kBad},
      {"an index without a term", VoteRequest{.last = at(0, 4)}, kBad},
      {"the greatest index", VoteRequest{.last = at(4, kTop)}, std::nullopt},
      {"beyond it", VoteRequest{.last = at(4, kTop + 1)}, kBad},
      {"a reply", VoteReply{.granted = true, .pre_vote = true}, std::nullopt},
  });
}

TEST(MessageCheck, appends) {
  constexpr auto kIndex = Refusal::kImpossibleIndex;
  constexpr auto kBad = Refusal::kBadEntries;
  constexpr auto kLarge = Refusal::kTooLarge;
  expect({
      {"a probe", append(at(5, 9), {}), std::nullopt},
      {"from the beginning", append({}, entries(1, {1, 1, 5})), std::nullopt},
      {"previous of the future", append(at(6, 9), {}), kIndex},
      {"previous 0 in a term", append(at(4, 0), {}), kIndex},
      {"previous without a term", append(at(0, 4), {}), kIndex},
      {"previous beyond the greatest", append(at(4, kTop + 1), {}), kIndex},
      {"an entry beyond the greatest", append(at(4, kTop), {entry(4, kTop + 1)}), kIndex},
      {"a commit beyond the greatest", AppendRequest{.commit = LogIndex(kTop + 1)}, kIndex},
      {"the greatest commit", AppendRequest{.commit = kLogIndexMax}, std::nullopt},
      {"a gap after previous", append(at(1, 1), {entry(1, 3)}), kBad},
      {"previous again", append(at(1, 1), {entry(1, 1)}), kBad},
      {"a gap between", append(at(1, 1), {entry(1, 2), entry(1, 4)}), kBad},
      {"the same twice", append(at(1, 1), {entry(1, 2), entry(1, 2)}), kBad},
      {"a term before previous", append(at(3, 1), {entry(2, 2)}), kBad},
      {"terms that fall", append(at(1, 1), {entry(3, 2), entry(2, 3)}), kBad},
      {"an entry of the future", append(at(1, 1), {entry(6, 2)}), kBad},
      {"an entry of no term", append({}, {entry(0, 1)}), kBad},
      {"an unknown kind", of_kind(static_cast<EntryKind>(3), {}), kBad},
      {"as many as allowed", append({}, entries(1, {1, 1, 1})), std::nullopt},
      {"one more", append({}, entries(1, {1, 1, 1, 1})), kLarge},
      {"as large as allowed", append({}, {entry(1, 1, 100)}), std::nullopt},
      {"a byte more", append({}, {entry(1, 1, 101)}), kLarge},
  });
}

TEST(MessageCheck, configurations) {
  constexpr auto kBad = Refusal::kBadConfiguration;
  const Bytes good = voters({1, 2, 3}).encode();
  expect({
      {"one", of_kind(EntryKind::kConfiguration, good), std::nullopt},
      {"no bytes", of_kind(EntryKind::kConfiguration, {}), kBad},
      {"cut off", of_kind(EntryKind::kConfiguration, {good.begin(), good.end() - 1}), kBad},
      {"of nobody", of_kind(EntryKind::kConfiguration, Bytes{std::byte{1}, {}, {}, {}}), kBad},
      {"of a command, any bytes", of_kind(EntryKind::kCommand, Bytes(3)), std::nullopt},
      {"a snapshot's", InstallSnapshot{{at(4, 9), voters({1})}, nullptr}, std::nullopt},
      {"a snapshot of nobody", InstallSnapshot{{at(4, 9), {}}, nullptr}, kBad},
  });
}

TEST(MessageCheck, snapshots) {
  constexpr auto kBad = Refusal::kImpossibleIndex;
  const auto of = [](LogPosition last) { return InstallSnapshot{{last, voters({1})}, nullptr}; };
  expect({
      {"of this term", of(at(5, 9)), std::nullopt},
      {"of nothing", of(at(0, 0)), kBad},
      {"of the future", of(at(6, 9)), kBad},
      {"index 0 in a term", of(at(4, 0)), kBad},
      {"an index without a term", of(at(0, 4)), kBad},
      {"the greatest index", of(at(4, kTop)), std::nullopt},
      {"beyond it", of(at(4, kTop + 1)), kBad},
  });
}

AppendReply rejection(std::uint64_t rejected, LogPosition hint, std::uint64_t matched = 0) {
  return {.matched = LogIndex(matched),
          .last = LogIndex(matched),
          .rejection = AppendRejection{LogIndex(rejected), hint}};
}

TEST(MessageCheck, answers) {
  constexpr auto kBad = Refusal::kImpossibleIndex;
  const auto beat = [](std::uint64_t matched, std::uint64_t received, std::uint64_t last) {
    return HeartbeatReply{
        .received = LogIndex(received), .matched = LogIndex(matched), .last = LogIndex(last)};
  };
  const auto reply = [](std::uint64_t matched, std::uint64_t last) {
    return AppendReply{.matched = LogIndex(matched), .last = LogIndex(last)};
  };
  expect({
      {"all matches", reply(9, 9), std::nullopt},
      {"more matches than there is", reply(10, 9), kBad},
      {"the greatest index", reply(1, kTop), std::nullopt},
      {"beyond it", reply(1, kTop + 1), kBad},
      {"a rejection", rejection(9, at(4, 9)), std::nullopt},
      {"a hint behind it", rejection(9, at(4, 10)), kBad},
      {"a hint of the future", rejection(9, at(6, 9)), kBad},
      {"a rejection with a match", rejection(9, at(4, 9), 1), kBad},
      {"a rejection beyond the greatest", rejection(kTop + 1, at(4, 9)), kBad},
      {"a heartbeat", Heartbeat{.commit = kLogIndexMax}, std::nullopt},
      {"a commit beyond the greatest", Heartbeat{.commit = LogIndex(kTop + 1)}, kBad},
      {"its answer", beat(1, 2, 3), std::nullopt},
      {"durable beyond received", beat(3, 2, 3), kBad},
      {"received beyond the log", beat(1, 4, 3), kBad},
      {"the greatest log", beat(1, 2, kTop), std::nullopt},
      {"a log beyond it", beat(1, 2, kTop + 1), kBad},
      {"a request to stand", TimeoutNow{}, std::nullopt},
      {"an outcast's notice", Outcast{kLogIndexMax}, std::nullopt},
      {"one beyond the greatest", Outcast{LogIndex(kTop + 1)}, kBad},
  });
}

}  // namespace
}  // namespace godwit::raft
