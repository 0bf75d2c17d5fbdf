#include "tests/bench/load/ledger.h"

#include <algorithm>

namespace godwit::bench {

void Ledger::add_stream(std::span<const std::uint32_t> receivers) {
  Stream stream;
  stream.first = static_cast<std::uint32_t>(receivers_.size());
  stream.count = static_cast<std::uint32_t>(receivers.size());
  streams_.push_back(stream);
  receivers_.insert(receivers_.end(), receivers.begin(), receivers.end());
  checks_.resize(receivers_.size());
}

void Ledger::add_shared_stream(std::span<const std::uint32_t> members) {
  add_stream(members);
  streams_.back().shared = true;
  next_of_member_.resize(receivers_.size());
}

std::optional<std::size_t> Ledger::find(const Stream& stream, std::uint32_t receiver) const {
  const auto begin = receivers_.begin() + stream.first;
  const auto end = begin + stream.count;
  if (begin == end || receiver < *begin) {
    return std::nullopt;
  }
  // Receivers are mostly a run without gaps (a pair, a fan-out), so the place is known at once.
  const std::uint32_t guess = receiver - *begin;
  if (guess < stream.count && begin[guess] == receiver) {
    return stream.first + guess;
  }
  const auto found = std::lower_bound(begin, end, receiver);
  if (found == end || *found != receiver) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - receivers_.begin());
}

std::optional<Arrival> Ledger::deliver(std::uint32_t stream, std::uint32_t receiver,
                                       std::uint32_t sequence) {
  std::optional<std::size_t> place;
  if (stream < streams_.size() && sequence < streams_[stream].published) {
    place = find(streams_[stream], receiver);
  }
  if (!place.has_value()) {
    ++counted_.misrouted;
    return std::nullopt;
  }
  const Arrival arrival = streams_[stream].shared
                              ? deliver_shared(streams_[stream], *place, sequence)
                              : checks_[*place].arrived(sequence);
  if (arrival == Arrival::kReordered) {
    ++counted_.reordered;
  }
  if (arrival == Arrival::kDuplicate) {
    ++counted_.duplicates;
  }
  return arrival;
}

Arrival Ledger::deliver_shared(const Stream& stream, std::size_t member, std::uint32_t sequence) {
  if (checks_[stream.first].arrived(sequence) == Arrival::kDuplicate) {
    return Arrival::kDuplicate;
  }
  std::uint32_t& next = next_of_member_[member];
  if (sequence < next) {
    return Arrival::kReordered;
  }
  next = sequence + 1;
  return Arrival::kInOrder;
}

Ledger::Verdict Ledger::verdict() const {
  Verdict verdict = counted_;
  for (const Stream& stream : streams_) {
    const std::uint32_t checks = stream.shared ? std::min(stream.count, 1U) : stream.count;
    for (std::uint32_t i = 0; i < checks; ++i) {
      verdict.lost += checks_[stream.first + i].missing(stream.published);
    }
  }
  return verdict;
}

}  // namespace godwit::bench
