// The tables of the store. Each is a run of ordered keys of its own; what is in which, key by key,
// is in docs/internals/storage.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace godwit::storage {

// The number is the place in kTableNames only; on disk a table is known by its name.
enum class Table : std::uint8_t {
  kNode,      // Who this node is, and the hard state of each group.
  kLog,       // Raft entries.
  kSession,   // Sessions, their subscriptions, wills and timers.
  kQueue,     // What waits for a session, and the packet ids that came from it.
  kMessage,   // Bodies, once a shard, however many queues refer to them.
  kRetained,  // Retained messages by topic.
  kGroup,     // Shared groups and what waits for them.
  kShard,     // Of a shard as a whole: how far it has applied, its lanes.
};

inline constexpr std::array<std::string_view, 8> kTableNames = {
    "node", "log", "session", "queue", "message", "retained", "group", "shard"};
inline constexpr std::size_t kTables = kTableNames.size();

[[nodiscard]] constexpr std::size_t place(Table table) { return static_cast<std::size_t>(table); }
[[nodiscard]] constexpr std::string_view name(Table table) { return kTableNames.at(place(table)); }

}  // namespace godwit::storage
