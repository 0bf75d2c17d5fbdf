// The numbers of the Raft paper, each with a type of its own.
//
// Sections are those of "Consensus: Bridging Theory and Practice" (D. Ongaro, 2014; "thesis") and
// of "In Search of an Understandable Consensus Algorithm" (extended version; "paper").
#pragma once

#include <compare>
#include <cstdint>

#include "base/ids.h"
#include "base/strong_id.h"

namespace godwit::raft {

// A period with at most one leader; 0 before the first election (paper, section 5.1).
struct TermTag;
using Term = StrongId<TermTag, std::uint64_t>;

// The place of an entry in a group's log; the first is 1, 0 is "before the log".
struct LogIndexTag;
using LogIndex = StrongId<LogIndexTag, std::uint64_t>;

// One Raft group of the cluster: a data shard, or the meta group.
struct GroupIdTag;
using GroupId = StrongId<GroupIdTag, std::uint32_t>;

// One copy of a group. Never used again: a node that lost its disk, or forgot what it acknowledged,
// comes back under a new one (P-13). 0 is nobody.
struct ReplicaIdTag;
using ReplicaId = StrongId<ReplicaIdTag, std::uint64_t>;

// Counts the leader's rounds of messages within its term. An answer repeats the round it answers,
// so the leader knows that the answer was given after that round had begun.
struct RoundTag;
using Round = StrongId<RoundTag, std::uint64_t>;

// Counts what a replica asked its storage to make durable, in order, since it was started.
struct PersistNumberTag;
using PersistNumber = StrongId<PersistNumberTag, std::uint64_t>;

// What a reader gives to ReadIndex and gets back; the caller's own.
struct ReadTokenTag;
using ReadToken = StrongId<ReadTokenTag, std::uint64_t>;

// Above these nothing is believed: a peer that says so is broken, and adding to them cannot wrap.
inline constexpr Term kTermMax{std::uint64_t{1} << 56};
inline constexpr LogIndex kLogIndexMax{std::uint64_t{1} << 56};

[[nodiscard]] constexpr Term next(Term term) { return Term(term.value() + 1); }
[[nodiscard]] constexpr Round next(Round round) { return Round(round.value() + 1); }
[[nodiscard]] constexpr LogIndex next(LogIndex index) { return LogIndex(index.value() + 1); }
[[nodiscard]] constexpr PersistNumber next(PersistNumber number) {
  return PersistNumber(number.value() + 1);
}
// The index before; not of 0.
[[nodiscard]] constexpr LogIndex previous(LogIndex index) { return LogIndex(index.value() - 1); }
[[nodiscard]] constexpr LogIndex plus(LogIndex index, std::uint64_t entries) {
  return LogIndex(index.value() + entries);
}

// An entry named by term and index. The order is the one by which a voter judges a candidate's log:
// the later term, and with the same term the longer log (paper, section 5.4.1).
struct LogPosition {
  Term term;
  LogIndex index;
  // clang-tidy takes the comparison's hidden zero for a null pointer.
  friend constexpr auto operator<=>(const LogPosition&,
                                    const LogPosition&) = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace godwit::raft
