#include "broker/routing/entry_set.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"

namespace godwit::routing {
namespace {

// From here on a hash is faster than looking from the start. It is dropped well below, so that a
// set which swings around the limit does not build it each time.
constexpr std::size_t kIndexedFrom = 32;
constexpr std::size_t kPlainBelow = kIndexedFrom / 2;

std::uint32_t position_of(const EntryList& list, std::uint32_t key) {
  if (list.positions.active()) {
    return list.positions.find(list.entries, key);
  }
  const auto found = std::ranges::find(list.entries, key, &Entry::key);
  if (found == list.entries.end()) {
    return PositionIndex::kAbsent;
  }
  return static_cast<std::uint32_t>(found - list.entries.begin());
}

}  // namespace

void PositionIndex::build(std::span<const Entry> entries) {
  slots_.assign(std::bit_ceil(entries.size() * 4), kAbsent);
  for (std::size_t i = 1; i <= entries.size(); ++i) {
    added(entries.first(i));
  }
}

std::size_t PositionIndex::home(std::uint32_t key) const {
  // Fibonacci hashing: spreads neighbours as far apart as can be.
  const auto bits = static_cast<unsigned>(std::countr_zero(slots_.size()));
  return static_cast<std::size_t>((key * std::uint64_t{0x9E3779B97F4A7C15U}) >> (64U - bits));
}

// The slot of `key`, or the free one where it would be.
std::size_t PositionIndex::slot_of(std::span<const Entry> entries, std::uint32_t key) const {
  std::size_t slot = home(key);
  while (slots_[slot] != kAbsent && entries[slots_[slot]].key != key) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

std::uint32_t PositionIndex::find(std::span<const Entry> entries, std::uint32_t key) const {
  return slots_[slot_of(entries, key)];
}

void PositionIndex::added(std::span<const Entry> entries) {
  if (entries.size() * 2 > slots_.size()) {
    build(entries);
    return;
  }
  slots_[slot_of(entries, entries.back().key)] = static_cast<std::uint32_t>(entries.size() - 1);
}

void PositionIndex::remove(std::vector<Entry>& entries, std::uint32_t position) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(entries, entries[position].key);
  slots_[slot_of(entries, entries.back().key)] = position;
  entries[position] = entries.back();
  entries.pop_back();
  // Those behind the hole in the same run move up unless that takes them in front of their home
  // (Knuth, volume 3, 6.4, algorithm R).
  for (std::size_t at = (hole + 1) & mask; slots_[at] != kAbsent; at = (at + 1) & mask) {
    const std::size_t its_home = home(entries[slots_[at]].key);
    if (((at - its_home) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = kAbsent;
}

std::span<const Entry> EntryPool::entries(const EntrySet& set) const {
  if (set.has_list()) {
    return lists_[EntryListIndex{set.only_.value}].entries;
  }
  return {&set.only_, set.empty() ? 0U : 1U};
}

std::uint32_t* EntryPool::find(EntrySet& set, std::uint32_t key) {
  CHECK(key < EntrySet::kList);
  if (!set.has_list()) {
    return set.is_only(key) ? &set.only_.value : nullptr;
  }
  EntryList& its_list = list(set);
  const std::uint32_t position = position_of(its_list, key);
  return position == PositionIndex::kAbsent ? nullptr : &its_list.entries[position].value;
}

std::optional<std::uint32_t> EntryPool::put(EntrySet& set, Entry entry) {
  if (std::uint32_t* value = find(set, entry.key)) {
    return std::exchange(*value, entry.value);
  }
  if (set.empty()) {
    set.only_ = entry;
  } else if (set.has_list()) {
    append(list(set), entry);
  } else {
    make_list(set, entry);
  }
  return std::nullopt;
}

void EntryPool::make_list(EntrySet& set, Entry second) {
  const EntryListIndex index = lists_.take();
  lists_[index].entries = {set.only_, second};
  set.only_ = {.key = EntrySet::kList, .value = index.value()};
  bytes_ += lists_[index].bytes();
}

void EntryPool::append(EntryList& its_list, Entry entry) {
  bytes_ -= its_list.bytes();
  its_list.entries.push_back(entry);
  if (its_list.positions.active()) {
    its_list.positions.added(its_list.entries);
  } else if (its_list.entries.size() >= kIndexedFrom) {
    its_list.positions.build(its_list.entries);
  }
  bytes_ += its_list.bytes();
}

bool EntryPool::erase(EntrySet& set, std::uint32_t key) {
  CHECK(key < EntrySet::kList);
  if (!set.has_list()) {
    if (!set.is_only(key)) {
      return false;
    }
    set = {};
    return true;
  }
  EntryList& its_list = list(set);
  const std::uint32_t position = position_of(its_list, key);
  if (position == PositionIndex::kAbsent) {
    return false;
  }
  take_out(set, its_list, position);
  return true;
}

void EntryPool::take_out(EntrySet& set, EntryList& its_list, std::uint32_t position) {
  bytes_ -= its_list.bytes();
  std::vector<Entry>& entries = its_list.entries;
  if (its_list.positions.active()) {
    its_list.positions.remove(entries, position);
  } else {
    entries[position] = entries.back();
    entries.pop_back();
  }
  if (entries.size() == 1) {
    const EntryListIndex index{set.only_.value};
    set.only_ = entries.front();
    lists_.give_back(index);
    return;
  }
  if (entries.size() <= entries.capacity() / 4) {
    shrink(its_list);
  }
  bytes_ += its_list.bytes();
}

// At most once in as many removals as there are entries left, so that it costs each a constant.
void EntryPool::shrink(EntryList& its_list) {
  its_list.entries.shrink_to_fit();
  if (its_list.entries.size() < kPlainBelow) {
    its_list.positions.drop();
  } else if (its_list.positions.active()) {
    its_list.positions.build(its_list.entries);
  }
}

}  // namespace godwit::routing
