#include "cluster/replica/commit_queue.h"

#include <utility>

namespace godwit::replica {

void CommitQueue::write(WriteNumber number, std::vector<GroupWrite> writes) {
  // One write a work, because each is answered by its number.
  if (gathered_.empty() || !gathered_.back().writes.empty()) {
    gathered_.emplace_back();
  }
  gathered_.back().number = number;
  gathered_.back().writes = std::move(writes);
}

void CommitQueue::fetch(raft::GroupId group, const raft::Fetch& fetch) {
  fetched_.push_back({group, read_entries(store_, group, fetch)});
}

void CommitQueue::compact(raft::GroupId group, raft::LogIndex last) {
  newest().compactions.push_back({group, last});
}

void CommitQueue::mark(raft::GroupId group, raft::LogPosition durable) {
  newest().marks.push_back({group, durable});
}

void CommitQueue::save(StateWrite state) { newest().states.push_back(std::move(state)); }

std::vector<CommitWork> CommitQueue::take() { return std::exchange(gathered_, {}); }

CommitWork& CommitQueue::newest() {
  return gathered_.empty() ? gathered_.emplace_back() : gathered_.back();
}

std::vector<CommitQueue::Answer> CommitQueue::take_fetched() { return std::exchange(fetched_, {}); }

}  // namespace godwit::replica
