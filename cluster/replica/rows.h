// What consensus keeps in the store, and in the end marker, byte by byte.
//
// Numbers are big-endian. Every value is sealed (storage/seal.h). Formats and letters are never
// used for anything else again.
//
//   table node   'R' group u32 → format u8 = 1, replica u64
//                'H' group u32 → format u8 = 1, term u64, vote u64, flags u8 (1: amnesiac)
//                'S' group u32 → format u8 = 1, generation u32, applied term u64, index u64,
//                                first index of the log u64, configuration (rest)
//   table log    group u32, index u64 → format u8 = 1, kind u8, term u64, payload (rest)
//   marker       slot = group: format u8 = 1, term u64, vote u64, flags u8 (1: amnesiac),
//                acknowledged term u64, index u64
//
// Pure; thread: any.
#pragma once

#include "base/result.h"
#include "cluster/raft/entry.h"
#include "cluster/raft/message.h"
#include "cluster/replica/end_marker.h"
#include "storage/batch.h"
#include "storage/error.h"
#include "storage/key.h"

namespace godwit::replica {

// How far the durable state machine is, and where it is.
struct StateRow {
  // Rows of the state have it in their keys: a snapshot is written under the next one (P-15).
  std::uint32_t generation = 0;
  raft::SnapshotMeta applied;
  raft::LogIndex log_first{1};
  friend bool operator==(const StateRow&, const StateRow&) = default;
};

// --- keys ----------------------------------------------------------------------------------------

[[nodiscard]] Bytes replica_key(raft::GroupId group);
[[nodiscard]] Bytes hard_state_key(raft::GroupId group);
[[nodiscard]] Bytes state_key(raft::GroupId group);
[[nodiscard]] Bytes log_key(raft::GroupId group, raft::LogIndex index);
// The log of a group from `first` on.
[[nodiscard]] storage::KeyRange log_range(raft::GroupId group, raft::LogIndex first);

// --- writing -------------------------------------------------------------------------------------

void put_replica(storage::Batch& batch, raft::GroupId group, raft::ReplicaId replica);
void put_hard_state(storage::Batch& batch, raft::GroupId group, const raft::HardState& state);
void put_state(storage::Batch& batch, raft::GroupId group, const StateRow& state);
void put_entry(storage::Batch& batch, raft::GroupId group, const raft::Entry& entry);
// Entries from `first` to `last`, both gone.
void remove_entries(storage::Batch& batch, raft::GroupId group, raft::LogIndex first,
                    raft::LogIndex last);
[[nodiscard]] Bytes encode_marker(const EndMarker& marker);

// --- reading -------------------------------------------------------------------------------------

// All say what is wrong with the value that was found under `key`.
[[nodiscard]] Result<raft::ReplicaId, storage::StorageError> read_replica(ByteView key,
                                                                          ByteView value);
[[nodiscard]] Result<raft::HardState, storage::StorageError> read_hard_state(ByteView key,
                                                                             ByteView value);
[[nodiscard]] Result<StateRow, storage::StorageError> read_state(ByteView key, ByteView value);
[[nodiscard]] Result<raft::Entry, storage::StorageError> read_entry(ByteView key, ByteView value);
// The index in a log key, which the value of a damaged row does not tell.
[[nodiscard]] raft::LogIndex index_of(ByteView log_key);
// Nothing: not whole, or of a format that is not known.
[[nodiscard]] std::optional<EndMarker> decode_marker(ByteView bytes);

}  // namespace godwit::replica
