#include "tests/sim/image.h"

#include <algorithm>

#include "base/check.h"

namespace godwit::sim {

raft::LogPosition Image::last() const {
  return entries_.empty() ? saved_position() : entries_.back().position();
}

const raft::Entry* Image::entry(raft::LogIndex index) const {
  if (index < first_ || index.value() >= first_.value() + entries_.size()) {
    return nullptr;
  }
  return &entries_[index.value() - first_.value()];
}

void Image::write(const raft::Persist& persist) {
  if (persist.hard_state) {
    hard_state_ = *persist.hard_state;
  }
  if (persist.snapshot) {
    saved_ = std::make_shared<const raft::InstallSnapshot>(*persist.snapshot);
    first_ = next(saved_->meta.last.index);
    entries_.clear();
    damaged_ = false;
  }
  if (persist.entries.empty()) {
    return;
  }
  const raft::LogIndex from = persist.entries.front().index;
  CHECK(from >= first_ && from.value() <= first_.value() + entries_.size());
  entries_.resize(from.value() - first_.value());
  entries_.insert(entries_.end(), persist.entries.begin(), persist.entries.end());
}

void Image::compact(raft::LogIndex through) {
  while (!entries_.empty() && first_ <= through) {
    entries_.pop_front();
    first_ = next(first_);
  }
}

void Image::damage_from(raft::LogIndex index) {
  if (entry(index) != nullptr) {
    entries_.resize(index.value() - first_.value());
    damaged_ = true;
  }
}

replica::Found Image::recover() const {
  raft::Recovered recovered{.hard_state = hard_state_, .log_first = first_};
  if (saved_) {
    recovered.applied = saved_->meta;
  }
  // The saved state may be newer than a damaged log.
  const raft::LogIndex start = recovered.applied.last.index;
  for (const raft::Entry& one : entries_) {
    if (one.index > start) {
      recovered.entries.push_back(one);
    }
  }
  // A hole between state and log is a bug of whoever compacted.
  CHECK(recovered.entries.empty() || recovered.entries.front().index == next(start));
  recovered.log_first = std::min(first_, next(start));
  return {.recovered = std::move(recovered), .damaged = damaged_};
}

}  // namespace godwit::sim
