#include "cluster/replica/commit_queue.h"

#include <utility>

#include "base/check.h"

namespace godwit::replica {

void CommitQueue::write(WriteNumber number, std::vector<GroupWrite> writes) {
  CHECK(gathered_.writes.empty());  // The driver writes once a turn.
  gathered_.number = number;
  gathered_.writes = std::move(writes);
}

void CommitQueue::fetch(raft::GroupId group, const raft::Fetch& fetch) {
  fetched_.push_back({group, read_entries(store_, group, fetch)});
}

void CommitQueue::compact(raft::GroupId group, raft::LogIndex last) {
  gathered_.compactions.push_back({group, last});
}

void CommitQueue::mark(raft::GroupId group, raft::LogPosition durable) {
  gathered_.marks.push_back({group, durable});
}

void CommitQueue::save(StateWrite state) { gathered_.states.push_back(std::move(state)); }

std::optional<CommitWork> CommitQueue::take() {
  if (gathered_.empty()) {
    return std::nullopt;
  }
  return std::exchange(gathered_, {});
}

std::vector<CommitQueue::Answer> CommitQueue::take_fetched() { return std::exchange(fetched_, {}); }

}  // namespace godwit::replica
