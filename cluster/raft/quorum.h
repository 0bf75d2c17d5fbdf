// The arithmetic of majorities, over one half of a configuration or both.
//
// Pure functions. `value_of(replica)` says what a replica has reached; it is asked for voters only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "cluster/raft/configuration.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {

[[nodiscard]] constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }

// The greatest value that a majority of `voters`, which are not none, has reached.
template <class Value, class ValueOf>
[[nodiscard]] Value majority_value(const std::vector<Member>& voters, ValueOf value_of) {
  CHECK(!voters.empty() && voters.size() <= kVotersMax);
  std::array<Value, kVotersMax> values;
  for (std::size_t place = 0; place < voters.size(); ++place) {
    values[place] = value_of(voters[place].replica);
  }
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(voters.size());
  std::sort(values.begin(), end, [](const Value& a, const Value& b) { return a > b; });
  return values[majority_of(voters.size()) - 1];
}

// The same over a configuration: both halves have to have reached it (thesis, section 4.3).
template <class Value, class ValueOf>
[[nodiscard]] Value quorum_value(const Configuration& configuration, ValueOf value_of) {
  const Value incoming = majority_value<Value>(configuration.voters(), value_of);
  if (!configuration.joint() || planted(Mutant::kJointNewHalfOnly)) {
    return incoming;
  }
  const Value outgoing = majority_value<Value>(configuration.outgoing(), value_of);
  return planted(Mutant::kJointOldHalfOnly) ? outgoing : std::min(incoming, outgoing);
}

enum class Vote : std::uint8_t { kPending, kGranted, kRefused };
enum class Election : std::uint8_t { kOpen, kWon, kLost };

// What `vote_of(replica)` adds up to: lost as soon as one half can no longer be won.
template <class VoteOf>
[[nodiscard]] Election tally(const Configuration& configuration, VoteOf vote_of) {
  const auto half = [&](const std::vector<Member>& voters) {
    const auto count = [&](Vote wanted) {
      return static_cast<std::size_t>(
          std::count_if(voters.begin(), voters.end(),
                        [&](const Member& voter) { return vote_of(voter.replica) == wanted; }));
    };
    if (count(Vote::kGranted) >= majority_of(voters.size())) {
      return Election::kWon;
    }
    return count(Vote::kRefused) > voters.size() - majority_of(voters.size()) ? Election::kLost
                                                                              : Election::kOpen;
  };
  const Election incoming = half(configuration.voters());
  if (!configuration.joint() || planted(Mutant::kJointElectionNewHalfOnly)) {
    return incoming;
  }
  const Election outgoing = half(configuration.outgoing());
  if (incoming == Election::kLost || outgoing == Election::kLost) {
    return Election::kLost;
  }
  return incoming == Election::kWon && outgoing == Election::kWon ? Election::kWon
                                                                  : Election::kOpen;
}

}  // namespace godwit::raft
