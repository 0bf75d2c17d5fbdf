// A core alone, with a storage that is durable at once.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "cluster/raft/raft.h"

namespace godwit::raft {

class ReplicaKit : private Random {
 public:
  explicit ReplicaKit(std::uint64_t self, std::initializer_list<std::uint64_t> voters,
                      const Options& options = {}) {
    Configuration::Parts parts;
    for (const std::uint64_t id : voters) {
      parts.voters.push_back({ReplicaId(id), NodeId(id)});
    }
    raft = std::make_unique<Raft>(
        Setup{.identity = {GroupId(1), ReplicaId(self)},
              .options = options,
              .recovered = {.applied = {{}, Configuration::make(std::move(parts)).value()}},
              .random = *this,
              .probe = probe},
        now);
  }

  // Takes what there is to do, and does it.
  void settle() {
    while (raft->has_ready()) {
      Ready ready = raft->ready();
      keep(std::move(ready.messages));
      applied.insert(applied.end(), ready.committed.begin(), ready.committed.end());
      reads.insert(reads.end(), ready.reads.begin(), ready.reads.end());
      if (ready.persist) {
        keep(std::move(ready.persist->messages));
        raft->persisted(ready.persist->number);
      }
    }
  }

  Result<void, Refusal> step(std::uint64_t from, std::uint64_t term, MessageBody body) {
    auto result =
        raft->step({GroupId(1), ReplicaId(from), ReplicaId(2), Term(term), std::move(body)}, now);
    settle();
    return result;
  }

  // The last message sent, which must be of this kind.
  template <class Body>
  [[nodiscard]] const Body& last() const {
    return std::get<Body>(sent.back().body);
  }

  MetricSheet sheet;
  Probe probe{sheet};
  Instant now{};
  std::unique_ptr<Raft> raft;
  std::vector<Message> sent;
  std::vector<Entry> applied;
  std::vector<ReadState> reads;

 private:
  std::uint64_t next_u64() override { return 0; }
  void keep(std::vector<Message> messages) {
    for (Message& message : messages) {
      sent.push_back(std::move(message));
    }
  }
};

}  // namespace godwit::raft
