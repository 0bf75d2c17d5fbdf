#include "tests/sim/disk.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Disk::Disk(const Plan& plan, Scheduler& scheduler, Chance& chance, Events events)
    : plan_(plan), scheduler_(scheduler), chance_(chance), events_(std::move(events)) {}

Duration Disk::latency() {
  if (slow_) {
    return chance_.between(Duration(milliseconds(20)), Duration(milliseconds(300)));
  }
  const Duration longest = healed_ ? Duration(milliseconds(2)) : plan_.disk_latency_max;
  return chance_.between(Duration(microseconds(100)), longest);
}

Image* Disk::find(raft::GroupId group, raft::ReplicaId replica) {
  const auto found = images_.find(group);
  return found != images_.end() && found->second.replica() == replica ? &found->second : nullptr;
}

raft::ReplicaId Disk::replica_of(raft::GroupId group) const {
  const Image* found = image(group);
  return found != nullptr ? found->replica() : raft::ReplicaId(0);
}

const Image* Disk::image(raft::GroupId group) const {
  const auto found = images_.find(group);
  return found == images_.end() ? nullptr : &found->second;
}

raft::LogIndex Disk::saved(raft::GroupId group) const {
  const Image* found = image(group);
  return found != nullptr ? found->saved_position().index : raft::LogIndex(0);
}

// --- the port ------------------------------------------------------------------------------------

void Disk::write(replica::WriteNumber number, std::vector<replica::GroupWrite> writes) {
  if (full_) {
    // Nothing of it arrives, and it is not known that nothing did.
    scheduler_.after(Duration(0), [this, life = life_] {
      if (life == life_) {
        events_.full();
      }
    });
    return;
  }
  Record record = std::exchange(riders_, {});
  record.number = number;
  record.writes = std::move(writes);
  schedule(std::move(record));
}

void Disk::schedule(Record record) {
  pending_.push_back(std::move(record));
  if (pending_.size() == 1) {
    scheduler_.after(latency(), [this, life = life_] {
      if (life == life_) {
        finish();
      }
    });
  }
}

void Disk::finish() {
  Record record = std::move(pending_.front());
  pending_.pop_front();
  const bool tracked = plan_.features.has(Feature::kCorruption) && !healed_;
  const bool plain = std::all_of(record.writes.begin(), record.writes.end(),
                                 [](const auto& write) { return !write.persist.snapshot; }) &&
                     record.saved.empty() && record.compactions.empty();
  before_last_.reset();
  if (tracked && plain && chance_.one_in(3)) {
    before_last_ = images_;
  }
  apply_marker(record);
  apply(record);
  if (!pending_.empty()) {
    scheduler_.after(latency(), [this, life = life_] {
      if (life == life_) {
        finish();
      }
    });
  }
  if (record.number != replica::WriteNumber(0)) {
    events_.written(record.number);
  }
}

void Disk::apply_marker(const Record& record) {
  for (const replica::GroupWrite& write : record.writes) {
    Image* image = find(write.group, write.replica);
    if (image != nullptr && write.persist.hard_state) {
      image->marker.hard_state = *write.persist.hard_state;
      image->has_marker = true;
    }
  }
}

void Disk::apply(const Record& record) {
  for (const replica::GroupWrite& write : record.writes) {
    if (Image* image = find(write.group, write.replica)) {
      image->write(write.persist);
    }
  }
  for (const Saved& saved : record.saved) {
    Image* image = find(saved.group, saved.replica);
    if (image != nullptr && saved.state->meta.last > image->saved_position()) {
      image->save(saved.state);
    }
  }
  for (const Compaction& compaction : record.compactions) {
    if (Image* image = find(compaction.group, compaction.replica)) {
      image->compact(compaction.through);
    }
  }
}

void Disk::fetch(raft::GroupId group, const raft::Fetch& fetch) {
  raft::Fetched fetched{.to = fetch.to};
  const Image* image = this->image(group);
  CHECK(image != nullptr);
  const raft::LogIndex before = previous(fetch.first);
  const raft::Entry* previous_entry = image->entry(before);
  const bool at_saved = image->saved_position().index == before;
  if (previous_entry != nullptr || at_saved || before == raft::LogIndex(0)) {
    fetched.previous = previous_entry != nullptr ? previous_entry->position()
                       : at_saved                ? image->saved_position()
                                                 : raft::LogPosition{};
    std::size_t bytes = 0;
    for (raft::LogIndex index = fetch.first;
         bytes < fetch.bytes_max && fetched.entries.size() < fetch.entries_max;
         index = next(index)) {
      const raft::Entry* entry = image->entry(index);
      if (entry == nullptr) {
        break;
      }
      bytes += entry->size_bytes();
      fetched.entries.push_back(*entry);
    }
  }
  scheduler_.after(latency(), [this, group, life = life_, fetched = std::move(fetched)] {
    if (life == life_) {
      events_.fetched(group, fetched);
    }
  });
}

void Disk::compact(raft::GroupId group, raft::LogIndex last) {
  riders_.compactions.push_back({group, replica_of(group), last});
}

void Disk::mark(raft::GroupId group, raft::LogPosition durable) {
  // A file of its own, on its own way to the disk.
  scheduler_.after(latency(), [this, group, replica = replica_of(group), durable, life = life_] {
    Image* image = life == life_ ? find(group, replica) : nullptr;
    if (image != nullptr) {
      image->marker.acknowledged = std::max(image->marker.acknowledged, durable);
      image->has_marker = true;
    }
  });
}

// --- beside it -----------------------------------------------------------------------------------

void Disk::create(raft::GroupId group, raft::ReplicaId replica) {
  images_.erase(group);
  images_.emplace(group, Image(replica));
  before_last_.reset();
}

void Disk::erase(raft::GroupId group) {
  images_.erase(group);
  before_last_.reset();
}

void Disk::found(raft::GroupId group, const raft::Persist& beginning) {
  Image& image = images_.at(group);
  image.write(beginning);
  image.marker.hard_state = *beginning.hard_state;
  image.has_marker = true;
}

void Disk::save(raft::GroupId group, SavedState state) {
  riders_.saved.push_back({group, replica_of(group), std::move(state)});
}

// --- faults --------------------------------------------------------------------------------------

void Disk::crash() {
  ++life_;
  if (!pending_.empty()) {
    // The writes were on their way: some first part of them arrived.
    const auto kept = chance_.below(pending_.size() + 1);
    for (std::size_t number = 0; number < kept; ++number) {
      apply_marker(pending_[number]);
      apply(pending_[number]);
      before_last_.reset();
    }
    // Of the next one the end marker may have been synced alone, and bytes of the rest are torn
    // off.
    if (kept < pending_.size() && plan_.features.has(Feature::kTornWrites) && chance_.one_in(2)) {
      apply_marker({.writes = std::move(pending_[kept].writes)});
    }
  }
  pending_.clear();
  riders_ = {};
}

bool Disk::lose_last_write() {
  if (!before_last_) {
    return false;
  }
  for (const auto& [group, image] : images_) {
    const auto before = before_last_->find(group);
    const bool shorter = before != before_last_->end() && before->second.last() != image.last();
    // The marker is synced for itself, so it still says what it said.
    if (shorter && image.marker.acknowledged < image.last()) {
      return false;
    }
  }
  for (auto& [group, image] : *before_last_) {
    const auto now = images_.find(group);
    image.marker = now->second.marker;
    image.has_marker = now->second.has_marker;
  }
  images_ = *std::exchange(before_last_, std::nullopt);
  return true;
}

bool Disk::damage(raft::GroupId group) {
  const auto found = images_.find(group);
  if (found == images_.end()) {
    return false;
  }
  Image& image = found->second;
  const std::uint64_t first =
      std::max(image.first().value(), image.saved_position().index.value() + 1);
  const std::uint64_t last = image.last().index.value();
  if (first > last) {
    return false;
  }
  image.damage_from(raft::LogIndex(chance_.between(first, last)));
  before_last_.reset();
  return true;
}

void Disk::wipe() {
  images_.clear();
  before_last_.reset();
}

void Disk::heal() {
  healed_ = true;
  slow_ = full_ = false;
}

}  // namespace godwit::sim
