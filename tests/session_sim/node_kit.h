// A node alone with some shards: a host, the commit cycle, and stores in memory whose power can be
// cut. Threads are steps that the test takes when it likes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/host/host.h"
#include "storage/memory_marker_store.h"
#include "storage/memory_store.h"

namespace godwit::host {

inline constexpr std::uint16_t kShards = 3;

// What survives the process.
struct Disk {
  storage::MemoryStore store;
  storage::MemoryMarkerStore markers;
};

class NodeKit final : public Clock, public Random {
 public:
  // The `life`-th process on this disk, which starts at that time.
  NodeKit(Disk& disk, std::uint8_t life, Instant now, const HostLimits& limits = {});

  // The shard thread's turn; then answers are there.
  void turn();
  // The commit thread takes what has gathered; the shard thread hears of it in its next turn.
  void cycle();
  void pass(Duration time) { now_ += time; }
  // Turns and cycles until every shard has attached this process.
  void settle();
  // One of each, and the answers.
  std::vector<Answers::One> round();

  [[nodiscard]] Host& host() { return *host_; }
  [[nodiscard]] std::vector<Answers::One> answers() { return std::move(host_->take_answers().all); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::uint64_t next_u64() override { return 0; }

 private:
  void start(Disk& disk, std::uint8_t life, const HostLimits& limits);

  Instant now_;
  MetricSheet sheet_;
  raft::Probe probe_{sheet_};
  std::unique_ptr<replica::CommitCycle> commit_cycle_;
  std::unique_ptr<Host> host_;
  std::vector<replica::CommitWork> gathered_;
  std::vector<Finished> finished_;
  std::string problem_;  // Of the start.
};

[[nodiscard]] std::string make_record(std::string_view topic, std::string_view payload,
                                      mqtt::Qos qos);
[[nodiscard]] std::string payload_of(std::string_view record);

}  // namespace godwit::host
