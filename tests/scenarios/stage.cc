#include "tests/scenarios/stage.h"

#include <fmt/format.h>

namespace godwit::scenarios {

std::string Stage::run(const std::string& command) {
  const Words words(command);
  const auto found = commands().find(words.name());
  if (found == commands().end()) {
    give_up(fmt::format("no command `{}`", words.name()));
  }
  told_.clear();
  (this->*found->second)(words);
  settle();
  return told_.empty() ? "ok\n" : told_;
}

const std::map<std::string, Stage::Command, std::less<>>& Stage::commands() {
  static const std::map<std::string, Command, std::less<>> kCommands = {
      {"cluster", &Stage::cluster},   {"add", &Stage::add},
      {"boot", &Stage::boot},         {"crash", &Stage::crash},
      {"restart", &Stage::restart},   {"mark", &Stage::mark},
      {"storage", &Stage::storage},   {"persist", &Stage::persist},
      {"compact", &Stage::compact},   {"fetch", &Stage::fetch},
      {"snapshot", &Stage::snapshot}, {"deliver", &Stage::deliver},
      {"drop", &Stage::drop},         {"duplicate", &Stage::duplicate},
      {"messages", &Stage::messages}, {"stabilize", &Stage::stabilize},
      {"cut", &Stage::cut},           {"isolate", &Stage::isolate},
      {"heal", &Stage::heal},         {"inject", &Stage::inject},
      {"campaign", &Stage::campaign}, {"tick", &Stage::tick},
      {"propose", &Stage::propose},   {"change", &Stage::change},
      {"transfer", &Stage::transfer}, {"read", &Stage::read},
      {"status", &Stage::status},     {"log", &Stage::log},
      {"applied", &Stage::applied},   {"progress", &Stage::progress},
      {"lease", &Stage::lease},       {"refused", &Stage::refused}};
  return kCommands;
}

void Stage::tell(std::string_view line) { told_ += fmt::format("{}\n", line); }

Replica& Stage::replica(std::string_view text) {
  const auto found = replicas_.find(raft::ReplicaId(number_of(text)));
  if (found == replicas_.end()) {
    give_up(fmt::format("no replica {}", text));
  }
  return *found->second;
}

Replica& Stage::running(const Words& words) {
  if (words.plain().empty()) {
    give_up(fmt::format("{} which?", words.name()));
  }
  Replica& one = replica(words.plain()[0]);
  if (!one.runs()) {
    give_up(fmt::format("replica {} does not run", words.plain()[0]));
  }
  return one;
}

void Stage::settle() {
  std::vector<raft::Message> sent;
  for (auto& [id, one] : replicas_) {
    if (one->runs()) {
      one->settle(sent, told_);
    }
  }
  for (raft::Message& message : sent) {
    if (!cuts_.contains({message.from, message.to})) {
      on_the_way_.push_back(std::move(message));
    }
  }
}

std::vector<raft::Member> members_of(std::string_view list) {
  std::vector<raft::Member> members;
  for (const std::string& id : split(list, ',')) {
    members.push_back({raft::ReplicaId(number_of(id)), NodeId(number_of(id))});
  }
  return members;
}

raft::LogPosition position_of(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 2) {
    give_up(fmt::format("`{}` is not term/index", text));
  }
  return {raft::Term(number_of(parts[0])), raft::LogIndex(number_of(parts[1]))};
}

}  // namespace godwit::scenarios
