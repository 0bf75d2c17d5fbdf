// Ten groups of three replicas on one thread: real drivers and cores, frames handed over in memory,
// a storage that is durable at once. What is left is the cost of consensus itself.

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cluster/replica/driver.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

constexpr std::uint32_t kGroups = 10;
constexpr std::size_t kNodes = 3;
constexpr std::size_t kCommandBytes = 256;

// One node, with all of its ports.
class ReplicaNode final : public replica::Transport,
                          public replica::LogStore,
                          public replica::StateMachine,
                          public replica::Observer,
                          public Clock,
                          public Random {
 public:
  explicit ReplicaNode(std::size_t index)
      : driver({*this, *this, *this, *this, *this, *this, probe_}, {}), index_(index) {}

  void send(NodeId to, replica::Frame frame) override { sent.emplace_back(to, std::move(frame)); }
  void send_snapshot(NodeId /*to*/, raft::Message /*message*/) override {}
  void write(replica::WriteNumber number, std::vector<replica::GroupWrite> /*writes*/) override {
    written.push_back(number);
  }
  void fetch(raft::GroupId /*group*/, const raft::Fetch& /*fetch*/) override {}
  void compact(raft::GroupId /*group*/, raft::LogIndex /*last*/) override {}
  void mark(raft::GroupId /*group*/, raft::LogPosition /*durable*/) override {}
  void apply(raft::GroupId /*group*/, const raft::Entry& entry,
             const raft::Configuration& /*configuration*/) override {
    applied += entry.kind == raft::EntryKind::kCommand ? 1 : 0;
  }
  raft::LogIndex durable(raft::GroupId group) override {
    return driver.find(group)->log().applied();
  }
  std::optional<raft::InstallSnapshot> snapshot(raft::GroupId /*group*/) override {
    return std::nullopt;
  }
  void install(raft::GroupId /*group*/, const raft::InstallSnapshot& /*snapshot*/) override {}
  void role_changed(raft::GroupId /*group*/, const raft::RoleChange& /*change*/) override {}
  void read_ready(raft::GroupId /*group*/, raft::ReadToken /*token*/) override {}
  void read_lost(raft::GroupId /*group*/, raft::ReadToken /*token*/) override {}
  [[nodiscard]] Instant now() const override { return time; }
  // The first node times out first.
  [[nodiscard]] std::uint64_t next_u64() override { return index_ * 400'000'000; }

 private:
  MetricSheet sheet_;
  raft::Probe probe_{sheet_};

 public:
  replica::Driver driver;
  std::vector<std::pair<NodeId, replica::Frame>> sent;
  std::vector<replica::WriteNumber> written;
  std::uint64_t applied = 0;
  Instant time{};

 private:
  const std::size_t index_;
};

class Replication {
 public:
  Replication() {
    raft::Configuration::Parts parts;
    for (std::size_t node = 0; node < kNodes; ++node) {
      parts.voters.push_back({raft::ReplicaId(node + 1), NodeId(node + 1)});
      nodes_[node] = std::make_unique<ReplicaNode>(node);
    }
    const auto configuration = raft::Configuration::make(parts).value();
    for (std::size_t node = 0; node < kNodes; ++node) {
      for (std::uint32_t group = 1; group <= kGroups; ++group) {
        nodes_[node]->driver.add({raft::GroupId(group), raft::ReplicaId(node + 1)},
                                 {.hard_state = {.term = raft::Term(1)},
                                  .applied = {{raft::Term(1), raft::LogIndex(1)}, configuration},
                                  .log_first = raft::LogIndex(2)});
      }
    }
    pass(std::chrono::milliseconds(1100));
    pass(std::chrono::milliseconds(1));
    CHECK(nodes_[0]->driver.find(raft::GroupId(1))->leader() != nullptr);
  }

  // Every group gets a batch, and all of it is applied by its leader.
  void commit(std::size_t batch) {
    const std::uint64_t target = nodes_[0]->applied + kGroups * batch;
    for (std::uint32_t group = 1; group <= kGroups; ++group) {
      payloads_.clear();
      for (std::size_t command = 0; command < batch; ++command) {
        payloads_.push_back(std::make_shared<const Bytes>(kCommandBytes, std::byte{1}));
      }
      CHECK(nodes_[0]->driver.propose(raft::GroupId(group), payloads_).has_value());
    }
    pass(std::chrono::microseconds(100));
    CHECK(nodes_[0]->applied == target);
  }

 private:
  // Lets time pass and turns until nobody has anything to say.
  void pass(Duration time) {
    for (auto& node : nodes_) {
      node->time += time;
      node->driver.turn();
    }
    while (hand_over()) {
      for (auto& node : nodes_) {
        node->driver.turn();
      }
    }
  }

  bool hand_over() {
    bool any = false;
    for (std::size_t from = 0; from < kNodes; ++from) {
      ReplicaNode& node = *nodes_[from];
      for (const replica::WriteNumber number : std::exchange(node.written, {})) {
        node.driver.written(number);
        any = true;
      }
      for (auto& [to, frame] : std::exchange(node.sent, {})) {
        nodes_[to.value() - 1]->driver.receive(NodeId(from + 1), std::move(frame));
        any = true;
      }
      any = any || node.driver.has_work();
    }
    return any;
  }

  std::array<std::unique_ptr<ReplicaNode>, kNodes> nodes_;
  std::vector<raft::Payload> payloads_;
};

void commit_batches(Bench& bench, std::size_t batch) {
  Replication replication;
  bench.repeat(static_cast<std::int64_t>(kGroups * batch), [&] { replication.commit(batch); });
}

}  // namespace

// A command each: through three logs, two frames and back, to the state machine.
void add_replication(Suite& suite) {
  suite.add("replication_batch_1", 200, [](Bench& bench) { commit_batches(bench, 1); });
  suite.add("replication_batch_64", 20, [](Bench& bench) { commit_batches(bench, 64); });
}

}  // namespace godwit::bench
