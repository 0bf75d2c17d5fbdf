#include "cluster/raft/log.h"

#include <algorithm>

#include "base/check.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {

Log::Log(LogPosition start, LogIndex first_on_disk, std::vector<Entry> entries)
    : start_(start),
      first_on_disk_(first_on_disk),
      commit_(start.index),
      durable_(start.index),
      applied_(start.index),
      asked_(start.index) {
  for (Entry& entry : entries) {
    append(std::move(entry));
  }
  durable_ = asked_ = last().index;
}

LogPosition Log::last() const { return entries_.empty() ? start_ : entries_.back().position(); }

const Entry& Log::entry(LogIndex index) const {
  CHECK(index > start_.index && index <= last().index);
  return entries_[index.value() - start_.index.value() - 1];
}

std::optional<Term> Log::term_at(LogIndex index) const {
  if (index == start_.index) {
    return start_.term;
  }
  if (index < start_.index || index > last().index) {
    return std::nullopt;
  }
  return entry(index).term;
}

LogPosition Log::last_not_after(LogIndex index, Term term) const {
  index = std::min(index, last().index);
  while (index > start_.index && entry(index).term > term) {
    index = previous(index);
  }
  return index > start_.index ? entry(index).position() : LogPosition{start_.term, index};
}

std::vector<Entry> Log::entries_from(LogIndex first, std::size_t entries_max,
                                     std::size_t bytes_max) const {
  std::vector<Entry> found;
  std::size_t bytes = 0;
  for (LogIndex index = first; index <= last().index; index = next(index)) {
    const Entry& one = entry(index);
    bytes += one.size_bytes();
    if (!found.empty() && (bytes > bytes_max || found.size() >= entries_max)) {
      break;
    }
    found.push_back(one);
  }
  return found;
}

void Log::append(Entry entry) {
  CHECK(entry.index == next(last().index));
  CHECK(entry.term >= last().term || planted(Mutant::kKeepsConflict));
  memory_bytes_ += entry.size_bytes();
  uncommitted_bytes_ += entry.size_bytes();
  entries_.push_back(std::move(entry));
}

void Log::truncate_from(LogIndex index) {
  CHECK(index > commit_);
  while (last().index >= index) {
    memory_bytes_ -= entries_.back().size_bytes();
    uncommitted_bytes_ -= entries_.back().size_bytes();
    entries_.pop_back();
  }
  const LogIndex end = last().index;
  asked_ = std::min(asked_, end);
  durable_ = std::min(durable_, end);
  for (Request& request : requests_) {
    if (!planted(Mutant::kPersistedAfterTruncation)) {
      request.last = std::min(request.last, end);
    }
  }
}

void Log::reset(LogPosition last) {
  start_ = last;
  first_on_disk_ = next(last.index);
  entries_.clear();
  commit_ = asked_ = applied_ = last.index;
  // Durable with the request that carries the snapshot, and no earlier one.
  durable_ = LogIndex(0);
  for (Request& request : requests_) {
    request.last = LogIndex(0);
  }
  memory_bytes_ = uncommitted_bytes_ = 0;
}

void Log::commit_to(LogIndex index) {
  CHECK(index <= last().index);
  for (; commit_ < index; commit_ = next(commit_)) {
    uncommitted_bytes_ -= entry(next(commit_)).size_bytes();
  }
}

std::vector<Entry> Log::take_unasked() {
  std::vector<Entry> taken;
  for (; asked_ < last().index; asked_ = next(asked_)) {
    taken.push_back(entry(next(asked_)));
  }
  return taken;
}

void Log::requested(PersistNumber number) {
  CHECK(requests_.empty() || requests_.back().number < number);
  requests_.push_back({number, asked_});
}

bool Log::persisted(PersistNumber number) {
  const LogIndex before = durable_;
  while (!requests_.empty() && requests_.front().number <= number) {
    durable_ = std::max(durable_, std::min(requests_.front().last, last().index));
    requests_.pop_front();
  }
  return durable_ > before;
}

LogIndex Log::apply_limit() const {
  return planted(Mutant::kAppliesUncommitted) ? durable_ : std::min(commit_, durable_);
}

std::vector<Entry> Log::take_committed(std::size_t bytes_max) {
  std::vector<Entry> taken;
  std::size_t bytes = 0;
  while (applied_ < apply_limit()) {
    const Entry& one = entry(next(applied_));
    bytes += one.size_bytes();
    if (!taken.empty() && bytes > bytes_max) {
      break;
    }
    taken.push_back(one);
    applied_ = one.index;
  }
  return taken;
}

void Log::trim(std::size_t cache_bytes_max) {
  while (memory_bytes_ > cache_bytes_max && !entries_.empty() &&
         entries_.front().index <= applied_) {
    memory_bytes_ -= entries_.front().size_bytes();
    start_ = entries_.front().position();
    entries_.pop_front();
  }
}

void Log::compacted(LogIndex index) {
  CHECK(index <= applied_);
  first_on_disk_ = std::max(first_on_disk_, next(index));
}

}  // namespace godwit::raft
