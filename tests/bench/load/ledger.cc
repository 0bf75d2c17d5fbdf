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

SequenceCheck* Ledger::find(const Stream& stream, std::uint32_t receiver) {
  const auto begin = receivers_.begin() + stream.first;
  const auto end = begin + stream.count;
  if (begin == end || receiver < *begin) {
    return nullptr;
  }
  // Receivers are mostly a run without gaps (a pair, a fan-out), so the place is known at once.
  const std::uint32_t guess = receiver - *begin;
  if (guess < stream.count && begin[guess] == receiver) {
    return &checks_[stream.first + guess];
  }
  const auto found = std::lower_bound(begin, end, receiver);
  if (found == end || *found != receiver) {
    return nullptr;
  }
  return &checks_[static_cast<std::size_t>(found - receivers_.begin())];
}

std::optional<Arrival> Ledger::deliver(std::uint32_t stream, std::uint32_t receiver,
                                       std::uint32_t sequence) {
  SequenceCheck* check = nullptr;
  if (stream < streams_.size() && sequence < streams_[stream].published) {
    check = find(streams_[stream], receiver);
  }
  if (check == nullptr) {
    ++counted_.misrouted;
    return std::nullopt;
  }
  const Arrival arrival = check->arrived(sequence);
  if (arrival == Arrival::kReordered) {
    ++counted_.reordered;
  }
  if (arrival == Arrival::kDuplicate) {
    ++counted_.duplicates;
  }
  return arrival;
}

Ledger::Verdict Ledger::verdict() const {
  Verdict verdict = counted_;
  for (const Stream& stream : streams_) {
    for (std::uint32_t i = 0; i < stream.count; ++i) {
      verdict.lost += checks_[stream.first + i].missing(stream.published);
    }
  }
  return verdict;
}

}  // namespace godwit::bench
