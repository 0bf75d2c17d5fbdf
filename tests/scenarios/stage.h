// Where a script plays: its replicas, and the messages that are on their way between them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/scenarios/replica.h"
#include "tests/scenarios/script.h"

namespace godwit::scenarios {

// Which messages a command means: `1>2`, `1>*`, a kind, `n=` the first so many; all if nothing is
// said.
class Filter {
 public:
  explicit Filter(const Words& words);
  [[nodiscard]] bool takes(const raft::Message& message);

 private:
  std::string from_ = "*";
  std::string to_ = "*";
  std::string kind_;
  std::uint64_t left_ = UINT64_MAX;
};

class Stage {
 public:
  // What a command answers.
  [[nodiscard]] std::string run(const std::string& command);

 private:
  using Command = void (Stage::*)(const Words&);
  [[nodiscard]] static const std::map<std::string, Command, std::less<>>& commands();

  // commands_cluster.cc
  void take_limits(const Words& words);
  void cluster(const Words& words);
  void add(const Words& words);
  void boot(const Words& words);
  void crash(const Words& words);
  void restart(const Words& words);
  void mark(const Words& words);
  void storage(const Words& words);
  void persist(const Words& words);
  void compact(const Words& words);
  void fetch(const Words& words);
  void snapshot(const Words& words);
  // commands_messages.cc
  void deliver(const Words& words);
  void drop(const Words& words);
  void duplicate(const Words& words);
  void messages(const Words& words);
  void stabilize(const Words& words);
  void cut(const Words& words);
  void isolate(const Words& words);
  void heal(const Words& words);
  void inject(const Words& words);
  // commands_raft.cc
  void campaign(const Words& words);
  void tick(const Words& words);
  void propose(const Words& words);
  void change(const Words& words);
  void transfer(const Words& words);
  void read(const Words& words);
  void status(const Words& words);
  void log(const Words& words);
  void applied(const Words& words);
  void progress(const Words& words);
  void lease(const Words& words);
  void refused(const Words& words);

  [[nodiscard]] Replica& replica(std::string_view text);
  // The first plain word names one that runs.
  [[nodiscard]] Replica& running(const Words& words);
  [[nodiscard]] Replica& create(raft::ReplicaId id);
  void step(const raft::Message& message);
  void settle();
  template <class Error>
  void tell_error(const Error& error);
  void tell(std::string_view line);

  raft::Options options_;
  std::map<raft::ReplicaId, std::unique_ptr<Replica>> replicas_;
  std::vector<raft::Message> on_the_way_;
  std::set<std::pair<raft::ReplicaId, raft::ReplicaId>> cuts_;
  Instant now_{};
  std::string told_;
};

[[nodiscard]] std::vector<raft::Member> members_of(std::string_view list);
[[nodiscard]] raft::LogPosition position_of(std::string_view text);

}  // namespace godwit::scenarios
