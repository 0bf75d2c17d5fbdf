#include "cluster/replica/rows.h"

#include <fmt/format.h>

#include <string_view>

#include "base/big_endian.h"
#include "base/check.h"
#include "base/hex.h"
#include "storage/seal.h"

namespace godwit::replica {
namespace {

using storage::Batch;
using storage::ErrorKind;
using storage::StorageError;
using storage::Table;

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kGroupBytes = 4;
constexpr std::size_t kIndexBytes = 8;

Bytes node_key(char letter, raft::GroupId group) {
  Bytes key{static_cast<std::byte>(letter)};
  put_big_endian(key, group.value(), kGroupBytes);
  return key;
}

// --- writing -------------------------------------------------------------------------------------

class Writer {
 public:
  Writer() { u8(kFormat); }

  Writer& u8(std::uint64_t value) { return number(value, 1); }
  Writer& u32(std::uint64_t value) { return number(value, 4); }
  Writer& u64(std::uint64_t value) { return number(value, 8); }
  Writer& position(raft::LogPosition at) { return u64(at.term.value()).u64(at.index.value()); }
  Writer& hard_state(const raft::HardState& state) {
    return u64(state.term.value()).u64(state.vote.value()).u8(state.amnesiac ? 1 : 0);
  }
  Writer& rest(ByteView bytes) {
    append(bytes_, bytes);
    return *this;
  }
  [[nodiscard]] Bytes take() { return std::move(bytes_); }
  void put(Batch& batch, Table table, ByteView key) {
    storage::seal(key, bytes_);
    batch.put(table, key, bytes_);
  }

 private:
  Writer& number(std::uint64_t value, std::size_t size) {
    put_big_endian(bytes_, value, size);
    return *this;
  }

  Bytes bytes_;
};

// --- reading -------------------------------------------------------------------------------------

raft::LogPosition read_position(BigEndianReader& reader) {
  const raft::Term term(reader.number(8));
  return {term, raft::LogIndex(reader.number(8))};
}

// Nothing: a flag that means nothing here.
std::optional<raft::HardState> read_hard_state(BigEndianReader& reader) {
  raft::HardState state;
  state.term = raft::Term(reader.number(8));
  state.vote = raft::ReplicaId(reader.number(8));
  const std::uint64_t flags = reader.number(1);
  state.amnesiac = flags == 1;
  return flags > 1 ? std::nullopt : std::optional(state);
}

tl::unexpected<StorageError> damaged(ByteView key, std::string_view what) {
  return fail(StorageError{ErrorKind::kDamaged, fmt::format("the row {} {}", to_hex(key), what)});
}

// The value behind its seal and format.
Result<BigEndianReader, StorageError> open_row(ByteView key, ByteView value) {
  const auto sealed = storage::unseal(key, value);
  if (!sealed) {
    return damaged(key, "is damaged: its checksum is wrong");
  }
  BigEndianReader reader(*sealed);
  const std::uint64_t format = reader.number(1);
  if (format != kFormat) {
    return damaged(key, fmt::format("has format {}, which this version does not know", format));
  }
  return reader;
}

// All of a value of fixed size has been read.
bool complete(const BigEndianReader& reader) { return reader.ok() && reader.left() == 0; }

}  // namespace

// --- keys ----------------------------------------------------------------------------------------

Bytes replica_key(raft::GroupId group) { return node_key('R', group); }
Bytes hard_state_key(raft::GroupId group) { return node_key('H', group); }
Bytes state_key(raft::GroupId group) { return node_key('S', group); }

Bytes log_key(raft::GroupId group, raft::LogIndex index) {
  Bytes key;
  key.reserve(kGroupBytes + kIndexBytes);
  put_big_endian(key, group.value(), kGroupBytes);
  put_big_endian(key, index.value(), kIndexBytes);
  return key;
}

storage::KeyRange log_range(raft::GroupId group, raft::LogIndex first) {
  Bytes prefix;
  put_big_endian(prefix, group.value(), kGroupBytes);
  return storage::with_prefix_from(prefix, log_key(group, first));
}

// --- writing -------------------------------------------------------------------------------------

void put_replica(Batch& batch, raft::GroupId group, raft::ReplicaId replica) {
  Writer().u64(replica.value()).put(batch, Table::kNode, replica_key(group));
}

void put_hard_state(Batch& batch, raft::GroupId group, const raft::HardState& state) {
  Writer().hard_state(state).put(batch, Table::kNode, hard_state_key(group));
}

void put_state(Batch& batch, raft::GroupId group, const StateRow& state) {
  Writer()
      .u32(state.generation)
      .position(state.applied.last)
      .u64(state.log_first.value())
      .rest(state.applied.configuration.encode())
      .put(batch, Table::kNode, state_key(group));
}

void put_entry(Batch& batch, raft::GroupId group, const raft::Entry& entry) {
  Writer()
      .u8(static_cast<std::uint64_t>(entry.kind))
      .u64(entry.term.value())
      .rest(entry.bytes())
      .put(batch, Table::kLog, log_key(group, entry.index));
}

void remove_entries(Batch& batch, raft::GroupId group, raft::LogIndex first, raft::LogIndex last) {
  if (first <= last) {
    batch.remove_range(Table::kLog, log_key(group, first), log_key(group, next(last)));
  }
}

Bytes encode_marker(const EndMarker& marker) {
  return Writer().hard_state(marker.hard_state).position(marker.acknowledged).take();
}

// --- reading -------------------------------------------------------------------------------------

Result<raft::ReplicaId, StorageError> read_replica(ByteView key, ByteView value) {
  auto reader = open_row(key, value);
  if (!reader) {
    return fail(reader.error());
  }
  const raft::ReplicaId replica(reader->number(8));
  if (!complete(*reader)) {
    return damaged(key, "is no replica");
  }
  return replica;
}

Result<raft::HardState, StorageError> read_hard_state(ByteView key, ByteView value) {
  auto reader = open_row(key, value);
  if (!reader) {
    return fail(reader.error());
  }
  const auto state = read_hard_state(*reader);
  if (!state || !complete(*reader)) {
    return damaged(key, "is no hard state");
  }
  return *state;
}

Result<StateRow, StorageError> read_state(ByteView key, ByteView value) {
  auto reader = open_row(key, value);
  if (!reader) {
    return fail(reader.error());
  }
  StateRow state;
  state.generation = static_cast<std::uint32_t>(reader->number(4));
  state.applied.last = read_position(*reader);
  state.log_first = raft::LogIndex(reader->number(8));
  auto configuration = raft::Configuration::decode(reader->run(reader->left()));
  if (!reader->ok() || !configuration) {
    return damaged(key, "is no state of a replica");
  }
  state.applied.configuration = *std::move(configuration);
  return state;
}

Result<raft::Entry, StorageError> read_entry(ByteView key, ByteView value) {
  auto reader = open_row(key, value);
  if (!reader) {
    return fail(reader.error());
  }
  raft::Entry entry;
  const std::uint64_t kind = reader->number(1);
  entry.kind = static_cast<raft::EntryKind>(kind);
  entry.term = raft::Term(reader->number(8));
  entry.index = index_of(key);
  if (!reader->ok() || kind > static_cast<std::uint64_t>(raft::EntryKind::kConfiguration)) {
    return damaged(key, "is no entry of a log");
  }
  entry.payload = raft::make_payload(reader->run(reader->left()));
  return entry;
}

raft::LogIndex index_of(ByteView log_key) {
  BigEndianReader reader(log_key.subspan(kGroupBytes));
  return raft::LogIndex(reader.number(kIndexBytes));
}

std::optional<EndMarker> decode_marker(ByteView bytes) {
  BigEndianReader reader(bytes);
  if (reader.number(1) != kFormat) {
    return std::nullopt;
  }
  EndMarker marker;
  const auto state = read_hard_state(reader);
  marker.acknowledged = read_position(reader);
  if (!state || !complete(reader)) {
    return std::nullopt;
  }
  marker.hard_state = *state;
  return marker;
}

}  // namespace godwit::replica
