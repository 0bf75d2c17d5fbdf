#include "cluster/raft/configuration.h"

#include <algorithm>

namespace godwit::raft {
namespace {

bool by_replica(const Member& a, const Member& b) { return a.replica < b.replica; }

bool has(const std::vector<Member>& members, ReplicaId replica) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.replica == replica; });
}

// Sorts one list and says what is wrong with it alone.
std::optional<ConfigurationError> check_list(std::vector<Member>& members, std::size_t most) {
  if (members.size() > most) {
    return ConfigurationError::kTooManyMembers;
  }
  std::sort(members.begin(), members.end(), by_replica);
  if (!members.empty() && members.front().replica == ReplicaId(0)) {
    return ConfigurationError::kReplicaZero;
  }
  const auto twice =
      std::adjacent_find(members.begin(), members.end(),
                         [](const Member& a, const Member& b) { return a.replica == b.replica; });
  if (twice != members.end()) {
    return ConfigurationError::kReplicaTwice;
  }
  return std::nullopt;
}

bool on_two_nodes(const std::vector<Member>& some, const std::vector<Member>& others) {
  return std::any_of(some.begin(), some.end(), [&](const Member& one) {
    return std::any_of(others.begin(), others.end(), [&](const Member& other) {
      return one.replica == other.replica && one.node != other.node;
    });
  });
}

}  // namespace

Result<Configuration, ConfigurationError> Configuration::make(Parts parts) {
  if (parts.voters.empty()) {
    return fail(ConfigurationError::kNoVoter);
  }
  for (const auto error :
       {check_list(parts.voters, kVotersMax), check_list(parts.outgoing, kVotersMax),
        check_list(parts.learners, kLearnersMax)}) {
    if (error) {
      return fail(*error);
    }
  }
  for (const Member& learner : parts.learners) {
    if (has(parts.voters, learner.replica)) {
      return fail(ConfigurationError::kReplicaTwice);
    }
  }
  if (on_two_nodes(parts.outgoing, parts.voters) || on_two_nodes(parts.outgoing, parts.learners)) {
    return fail(ConfigurationError::kTwoNodesForOne);
  }
  return Configuration(std::move(parts));
}

bool Configuration::is_voter(ReplicaId replica) const {
  return has(parts_.voters, replica) || has(parts_.outgoing, replica);
}

bool Configuration::is_member(ReplicaId replica) const {
  return is_voter(replica) || has(parts_.learners, replica);
}

std::optional<NodeId> Configuration::node_of(ReplicaId replica) const {
  for (const auto* list : {&parts_.voters, &parts_.outgoing, &parts_.learners}) {
    for (const Member& member : *list) {
      if (member.replica == replica) {
        return member.node;
      }
    }
  }
  return std::nullopt;
}

std::vector<Member> Configuration::members() const {
  std::vector<Member> all = parts_.voters;
  all.insert(all.end(), parts_.outgoing.begin(), parts_.outgoing.end());
  all.insert(all.end(), parts_.learners.begin(), parts_.learners.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Result<Configuration, ConfigurationError> Configuration::step_towards(
    const Configuration& target) const {
  Parts parts = target.parts_;
  parts.outgoing = target.voters() == voters() ? std::vector<Member>() : voters();
  return make(std::move(parts));
}

Configuration Configuration::without_outgoing() const {
  Parts parts = parts_;
  parts.outgoing.clear();
  return Configuration(std::move(parts));
}

}  // namespace godwit::raft
