// Who subscribed to one filter: a set of (key, value) pairs of four bytes each.
//
// Three sizes, because almost all filters have one subscriber and a few have a hundred thousand:
// one entry lies in the tree's node; some are an array that is searched from its start; many are
// an array with a hash from key to position, so that coming and going stays constant in time while
// a fan-out still walks an array. An entry that goes is replaced by the last: there is no order.
//
// Pure; owned by one FilterTree and used on its thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "broker/routing/slab.h"

namespace godwit::routing {

// The two largest keys are taken: they tell an EntrySet what it holds.
struct Entry {
  std::uint32_t key = 0;
  std::uint32_t value = 0;
};

// From key to position in an array of entries, by open addressing with linear probing. Keys are
// numbers that the broker gave out one after the other, so the hash needs no secret.
class PositionIndex {
 public:
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  [[nodiscard]] bool active() const { return !slots_.empty(); }
  void build(std::span<const Entry> entries);
  void drop() { slots_ = {}; }
  [[nodiscard]] std::size_t bytes() const { return slots_.capacity() * sizeof(std::uint32_t); }

  [[nodiscard]] std::uint32_t find(std::span<const Entry> entries, std::uint32_t key) const;
  // The last entry is new.
  void added(std::span<const Entry> entries);
  // Takes the entry at `position` out of `entries` too: the last one comes in its place.
  void remove(std::vector<Entry>& entries, std::uint32_t position);

 private:
  [[nodiscard]] std::size_t home(std::uint32_t key) const;
  [[nodiscard]] std::size_t slot_of(std::span<const Entry> entries, std::uint32_t key) const;

  std::vector<std::uint32_t> slots_;  // A power of two of them, at least twice the entries.
};

struct EntryList;
struct EntryListTag;
using EntryListIndex = StrongId<EntryListTag, std::uint32_t>;

// Eight bytes in a node. Its entries are reached through the pool that filled it.
class EntrySet {
 public:
  [[nodiscard]] bool empty() const { return only_.key == kNoEntry; }

 private:
  friend class EntryPool;
  static constexpr std::uint32_t kNoEntry = UINT32_MAX;
  static constexpr std::uint32_t kList = UINT32_MAX - 1;

  [[nodiscard]] bool has_list() const { return only_.key == kList; }
  // Only without a list.
  [[nodiscard]] bool is_only(std::uint32_t key) const { return only_.key == key; }

  Entry only_{.key = kNoEntry, .value = 0};  // With a list, `value` is its number.
};
static_assert(sizeof(EntrySet) == 8);

struct EntryList {
  std::vector<Entry> entries;
  PositionIndex positions;
  EntryListIndex next;

  [[nodiscard]] std::size_t bytes() const {
    return sizeof(EntryList) + entries.capacity() * sizeof(Entry) + positions.bytes();
  }
};

class EntryPool {
 public:
  [[nodiscard]] std::span<const Entry> entries(const EntrySet& set) const;
  // Null if `key` is not in the set. Valid until the set is changed.
  [[nodiscard]] std::uint32_t* find(EntrySet& set, std::uint32_t key);
  // Adds the entry or replaces the value of its key. The value before; none if the entry is new.
  std::optional<std::uint32_t> put(EntrySet& set, Entry entry);
  // True if it was there.
  bool erase(EntrySet& set, std::uint32_t key);
  // Of the lists; what lies in a set itself is not counted.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] EntryList& list(const EntrySet& set) {
    return lists_[EntryListIndex{set.only_.value}];
  }
  void make_list(EntrySet& set, Entry second);
  void append(EntryList& its_list, Entry entry);
  void take_out(EntrySet& set, EntryList& its_list, std::uint32_t position);
  static void shrink(EntryList& its_list);

  Slab<EntryList, EntryListIndex> lists_;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::routing
