// What a start finds in the store, and reading old entries back.
//
// Thread: any that may read the store.
#pragma once

#include <optional>
#include <string>

#include "cluster/raft/raft.h"
#include "cluster/replica/end_marker.h"
#include "cluster/replica/rows.h"
#include "storage/marker_store.h"
#include "storage/reader.h"

namespace godwit::replica {

// A replica that lived here.
struct Recovery {
  raft::ReplicaId replica;
  // Judged by the end marker: amnesiac if anything that was acknowledged may be missing.
  raft::Recovered recovered;
  StateRow state;
  EndMarker marker;        // As it is now.
  raft::LogIndex log_end;  // The last index that a row has, also one that is of no use.
  std::string damage;      // For a human: what is missing or damaged, and where; or empty.
};

// Nothing: no replica of this group was ever created here. An error is one that the disk reports;
// damage that only costs entries is in the recovery.
[[nodiscard]] Result<std::optional<Recovery>, storage::StorageError> recover(
    const storage::Reader& store, const storage::MarkerStore& markers, raft::GroupId group);

// What Fetch asked for (LogStore::fetch). No entries: the first is gone.
[[nodiscard]] Result<raft::Fetched, storage::StorageError> read_entries(
    const storage::Reader& store, raft::GroupId group, const raft::Fetch& fetch);

}  // namespace godwit::replica
