// A message between replicas as bytes, for whatever moves them.
//
// Numbers are big-endian, u8 to u64; a position is term u64, index u64. Unused bits of flags are 0.
//
//   format u8 = 1, type u8, group u32, from u64, to u64, term u64, then by type:
//   1 VoteRequest      last position, flags u8 (1: pre-vote, 2: transfer)
//   2 VoteReply        flags u8 (1: granted, 2: pre-vote)
//   3 AppendRequest    previous position, commit u64, round u64, count u32, so many entries:
//                      term u64, index u64, kind u8, length u32, payload
//   4 AppendReply      round u64, matched u64, last u64, flags u8 (1: counts, 2: rejection),
//                      with a rejection: rejected u64, hint position
//   5 Heartbeat        commit u64, round u64
//   6 HeartbeatReply   round u64, received u64, matched u64, last u64, flags u8 (1: counts)
//   7 InstallSnapshot  last position, length u32, configuration, length u32, data
//   8 TimeoutNow       nothing
//   9 Outcast          acknowledged u64
//
// Numbers and types are never used for anything else again. Pure; thread: any.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "cluster/raft/message.h"

namespace godwit::replica {

enum class DecodeErrorKind : std::uint8_t {
  kTruncated,  // Fewer bytes than the message says that it has.
  kTrailing,   // More.
  kUnknownFormat,
  kUnknownType,
  kBadFlags,  // A bit that means nothing.
  kUnknownEntryKind,
  kBadConfiguration,  // Of a snapshot. An entry's is the core's to judge.
};
[[nodiscard]] std::string_view name_of(DecodeErrorKind kind);

struct DecodeError {
  DecodeErrorKind kind = DecodeErrorKind::kTruncated;
  std::size_t offset = 0;
  friend bool operator==(const DecodeError&, const DecodeError&) = default;
};

// Appends.
void encode(const raft::Message& message, Bytes& to);

// All of `bytes` is one message. Payloads are copied; nothing is allocated that is not there.
[[nodiscard]] Result<raft::Message, DecodeError> decode_message(ByteView bytes);

}  // namespace godwit::replica
