#include "cluster/replica/recovery.h"

#include <fmt/format.h>

namespace godwit::replica {
namespace {

using storage::StorageError;
using storage::Table;

// The value of a row that has to be there, read by `read`.
template <class Value>
Result<Value, StorageError> read_row(const storage::Reader& store, ByteView key,
                                     Result<Value, StorageError> (*read)(ByteView, ByteView)) {
  const auto row = store.get(Table::kNode, key);
  if (!row) {
    return fail(row.error());
  }
  if (!*row) {
    return fail(StorageError{storage::ErrorKind::kDamaged, "a row of a replica is missing"});
  }
  return read(key, **row);
}

// Entries behind the applied one as long as each is whole and follows the one before. Says in
// `recovery.damage` why not all are used.
Result<void, StorageError> read_log(const storage::Reader& store, raft::GroupId group,
                                    Recovery& recovery) {
  raft::Recovered& found = recovery.recovered;
  raft::LogIndex expected = next(recovery.state.applied.last.index);
  const auto cursor = store.scan(Table::kLog, log_range(group, expected));
  while (true) {
    const auto row = cursor->next();
    if (!row) {
      recovery.damage = row.error().text;
      return row.error().kind == storage::ErrorKind::kDamaged
                 ? Result<void, StorageError>()
                 : Result<void, StorageError>(fail(row.error()));
    }
    if (!*row) {
      return {};
    }
    recovery.log_end = index_of((*row)->key);
    if (!recovery.damage.empty()) {
      continue;  // Of no use, but its index has to be known.
    }
    auto entry = read_entry((*row)->key, (*row)->value);
    if (!entry) {
      recovery.damage = entry.error().text;
    } else if (entry->index != expected) {
      recovery.damage = fmt::format("entry {} of the log is missing", expected.value());
    } else {
      expected = next(expected);
      found.entries.push_back(*std::move(entry));
    }
  }
}

EndMarker marker_of(const raft::Recovered& recovered, const std::optional<EndMarker>& marker) {
  return {.hard_state = recovered.hard_state,
          .acknowledged = marker ? marker->acknowledged : raft::LogPosition{}};
}

// What the marker says is not here.
std::string missing(const Recovery& recovery, const std::optional<EndMarker>& marker) {
  if (!marker) {
    return "the end marker is missing or damaged";
  }
  const raft::LogPosition wanted = marker->acknowledged;
  const raft::LogPosition end = recovery.recovered.entries.empty()
                                    ? recovery.state.applied.last
                                    : recovery.recovered.entries.back().position();
  return fmt::format("the log ends at term {} index {}, and term {} index {} was acknowledged",
                     end.term.value(), end.index.value(), wanted.term.value(),
                     wanted.index.value());
}

std::optional<EndMarker> read_marker(const storage::MarkerStore& markers, raft::GroupId group) {
  const auto bytes = markers.read(group.value());
  return bytes ? decode_marker(*bytes) : std::nullopt;
}

// Which entry was at `index`, from the log or the durable state; nothing if neither has it.
Result<std::optional<raft::LogPosition>, StorageError> position_at(const storage::Reader& store,
                                                                   raft::GroupId group,
                                                                   raft::LogIndex index) {
  if (index == raft::LogIndex(0)) {
    return raft::LogPosition{};
  }
  const auto state = read_row(store, state_key(group), &read_state);
  if (!state) {
    return fail(state.error());
  }
  if (state->applied.last.index == index) {
    return state->applied.last;
  }
  const Bytes key = log_key(group, index);
  const auto row = store.get(Table::kLog, key);
  if (!row) {
    return fail(row.error());
  }
  if (!*row) {
    return std::nullopt;
  }
  const auto entry = read_entry(key, **row);
  if (!entry) {
    return fail(entry.error());
  }
  return entry->position();
}

}  // namespace

Result<std::optional<Recovery>, StorageError> recover(const storage::Reader& store,
                                                      const storage::MarkerStore& markers,
                                                      raft::GroupId group) {
  const auto there = store.get(Table::kNode, replica_key(group));
  if (!there) {
    return fail(there.error());
  }
  const auto marker = read_marker(markers, group);
  if (!*there && !marker) {
    return std::nullopt;
  }
  Recovery recovery;
  const auto replica = read_row(store, replica_key(group), &read_replica);
  const auto hard_state = read_row(store, hard_state_key(group), &read_hard_state);
  auto state = read_row(store, state_key(group), &read_state);
  if (!replica || !hard_state || !state) {
    return fail(!replica ? replica.error() : !hard_state ? hard_state.error() : state.error());
  }
  recovery.replica = *replica;
  recovery.state = *std::move(state);
  recovery.log_end = recovery.state.applied.last.index;
  recovery.recovered.hard_state = *hard_state;
  recovery.recovered.applied = recovery.state.applied;
  recovery.recovered.log_first = recovery.state.log_first;
  if (auto read = read_log(store, group, recovery); !read) {
    return fail(read.error());
  }
  const bool was_amnesiac = hard_state->amnesiac;
  recovery.recovered = judge(
      {.recovered = std::move(recovery.recovered), .damaged = !recovery.damage.empty()}, marker);
  if (recovery.recovered.hard_state.amnesiac && !was_amnesiac && recovery.damage.empty()) {
    recovery.damage = missing(recovery, marker);
  }
  recovery.marker = marker_of(recovery.recovered, marker);
  return std::optional(std::move(recovery));
}

Result<raft::Fetched, StorageError> read_entries(const storage::Reader& store, raft::GroupId group,
                                                 const raft::Fetch& fetch) {
  raft::Fetched fetched{.to = fetch.to};
  const auto before = position_at(store, group, raft::previous(fetch.first));
  if (!before) {
    return fail(before.error());
  }
  if (!*before) {
    return fetched;
  }
  fetched.previous = **before;
  const auto cursor = store.scan(Table::kLog, log_range(group, fetch.first));
  std::size_t bytes = 0;
  while (fetched.entries.size() < fetch.entries_max && bytes < fetch.bytes_max) {
    const auto row = cursor->next();
    if (!row) {
      return fail(row.error());
    }
    if (!*row || index_of((*row)->key) != plus(fetch.first, fetched.entries.size())) {
      break;
    }
    auto entry = read_entry((*row)->key, (*row)->value);
    if (!entry) {
      return fail(entry.error());
    }
    bytes += entry->size_bytes();
    fetched.entries.push_back(*std::move(entry));
  }
  return fetched;
}

}  // namespace godwit::replica
