#include "broker/routing/shared_group.h"

#include <algorithm>

#include "base/check.h"

namespace godwit::routing {
namespace {

// Both are numbered by us, so no client can choose colliding keys.
std::uint64_t session_number(const SharedMember& member) {
  return std::uint64_t{member.thread.value()} << 32U | member.subscriber.value();
}

// Finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
  value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
  return value ^ value >> 31U;
}

}  // namespace

void MemberRing::add(std::uint32_t member) {
  if (contains(member)) {
    return;
  }
  if (place_.size() <= member) {
    place_.resize(member + 1U);
  }
  order_.push_back(member);
  place_[member] = static_cast<std::uint32_t>(order_.size());
}

void MemberRing::remove(std::uint32_t member) {
  if (!contains(member)) {
    return;
  }
  // The last one takes its place: its turn comes a little earlier.
  const std::uint32_t place = place_[member];
  place_[order_.back()] = place;
  order_[place - 1U] = order_.back();
  place_[member] = 0;
  order_.pop_back();
}

std::uint32_t MemberRing::next() {
  CHECK(!order_.empty());
  if (next_ >= order_.size()) {
    next_ = 0;
  }
  return order_[next_++];
}

void SharedGroup::join(const SharedMember& member) {
  if (find(member)) {
    return;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  entries_[index] = {.member = member};
  // A former tenant of its slot has left before: mail of one thread keeps its order.
  by_session_[session_number(member)] = index;
}

void SharedGroup::leave(const SharedMember& member) {
  const auto index = find(member);
  if (!index) {
    return;
  }
  with_credit_.remove(*index);
  connected_.remove(*index);
  by_session_.erase(session_number(member));
  free_.push_back(*index);
}

void SharedGroup::connected(const SharedMember& member, std::uint16_t window, std::uint16_t held) {
  const auto index = find(member);
  if (!index) {
    return;
  }
  entries_[*index].credit_max = window;
  connected_.add(*index);
  set_credit(*index, static_cast<std::uint16_t>(window - std::min(window, held)));
}

void SharedGroup::disconnected(const SharedMember& member) {
  const auto index = find(member);
  if (!index) {
    return;
  }
  with_credit_.remove(*index);
  connected_.remove(*index);
  entries_[*index].credit = 0;
  entries_[*index].credit_max = 0;
}

void SharedGroup::add_credit(const SharedMember& member, std::uint16_t credit) {
  const auto index = find(member);
  if (!index || !connected_.contains(*index)) {
    return;
  }
  const unsigned sum = entries_[*index].credit + unsigned{credit};
  set_credit(*index,
             static_cast<std::uint16_t>(std::min<unsigned>(sum, entries_[*index].credit_max)));
}

void SharedGroup::set_credit(std::uint32_t index, std::uint16_t credit) {
  entries_[index].credit = credit;
  if (credit == 0) {
    with_credit_.remove(index);
  } else {
    with_credit_.add(index);
  }
}

std::optional<SharedMember> SharedGroup::choose(ShareStrategy strategy, std::uint64_t hash) {
  if (connected_.empty()) {
    return std::nullopt;
  }
  if (strategy != ShareStrategy::kRoundRobin) {
    return entries_[by_hash(hash)].member;
  }
  return entries_[with_credit_.empty() ? connected_.next() : with_credit_.next()].member;
}

std::optional<SharedMember> SharedGroup::assign(ShareStrategy strategy, std::uint64_t hash) {
  const bool by_turns = strategy == ShareStrategy::kRoundRobin;
  if (by_turns ? with_credit_.empty() : connected_.empty()) {
    return std::nullopt;
  }
  const std::uint32_t index = by_turns ? with_credit_.next() : by_hash(hash);
  if (entries_[index].credit != 0) {
    set_credit(index, static_cast<std::uint16_t>(entries_[index].credit - 1));
  }
  return entries_[index].member;
}

// The highest of all members' hashes: who comes or goes moves only its own share. D. Thaler,
// C. Ravishankar: "Using name-based mappings to increase hit rates" (1998).
std::uint32_t SharedGroup::by_hash(std::uint64_t hash) const {
  const auto weight = [&](std::uint32_t index) {
    return mix(hash ^ mix(session_number(entries_[index].member)));
  };
  const auto& members = connected_.members();
  return *std::max_element(members.begin(), members.end(),
                           [&](std::uint32_t a, std::uint32_t b) { return weight(a) < weight(b); });
}

std::optional<std::uint32_t> SharedGroup::find(const SharedMember& member) const {
  const auto found = by_session_.find(session_number(member));
  if (found == by_session_.end() || entries_[found->second].member != member) {
    return std::nullopt;
  }
  return found->second;
}

}  // namespace godwit::routing
