#include "cluster/raft/quorum.h"

#include <gtest/gtest.h>

#include <map>

namespace godwit::raft {
namespace {

std::vector<Member> members(std::initializer_list<std::uint64_t> ids) {
  std::vector<Member> list;
  for (const std::uint64_t id : ids) {
    list.push_back({ReplicaId(id), NodeId(id)});
  }
  return list;
}

Configuration joint(std::vector<Member> voters, std::vector<Member> outgoing) {
  return Configuration::make({.voters = std::move(voters), .outgoing = std::move(outgoing)})
      .value();
}

// By counting: has a majority of these reached `value`?
bool majority_has(const std::vector<Member>& voters,
                  const std::map<ReplicaId, std::uint64_t>& reached, std::uint64_t value) {
  std::size_t count = 0;
  for (const Member& voter : voters) {
    count += reached.at(voter.replica) >= value ? 1 : 0;
  }
  return 2 * count > voters.size();
}

TEST(Quorum, is_more_than_half) {
  EXPECT_EQ(majority_of(1), 1u);
  EXPECT_EQ(majority_of(2), 2u);
  EXPECT_EQ(majority_of(3), 2u);
  EXPECT_EQ(majority_of(4), 3u);
  EXPECT_EQ(majority_of(9), 5u);
}

// All values 0 to 3 of five replicas, under every pair of halves of these.
TEST(Quorum, value_is_the_greatest_that_both_halves_have_reached) {
  const std::vector<std::vector<Member>> halves = {
      members({1}),       members({2}),          members({1, 2}),          members({1, 2, 3}),
      members({3, 4, 5}), members({1, 2, 3, 4}), members({1, 2, 3, 4, 5}), {}};
  for (std::uint64_t code = 0; code < 1024; ++code) {
    std::map<ReplicaId, std::uint64_t> reached;
    for (std::uint64_t id = 1; id <= 5; ++id) {
      reached[ReplicaId(id)] = code >> (2 * (id - 1)) & 3;
    }
    for (const auto& voters : halves) {
      for (const auto& outgoing : halves) {
        if (voters.empty()) {
          continue;
        }
        std::uint64_t expected = 3;
        while (expected > 0 && !(majority_has(voters, reached, expected) &&
                                 (outgoing.empty() || majority_has(outgoing, reached, expected)))) {
          --expected;
        }
        const auto value = quorum_value<std::uint64_t>(
            joint(voters, outgoing), [&](ReplicaId replica) { return reached.at(replica); });
        ASSERT_EQ(value, expected) << code;
      }
    }
  }
}

// All answers of four voters, alone and with a second half.
TEST(Quorum, election_is_open_until_one_half_cannot_be_won_or_both_are) {
  for (const auto& outgoing : {std::vector<Member>(), members({1, 4}), members({4})}) {
    const Configuration configuration = joint(members({1, 2, 3}), outgoing);
    for (std::uint64_t code = 0; code < 256; ++code) {
      const auto vote_of = [&](ReplicaId replica) {
        return static_cast<Vote>((code >> (2 * (replica.value() - 1)) & 3) % 3);
      };
      const auto outcome_of = [&](const std::vector<Member>& half) {
        std::size_t granted = 0;
        std::size_t refused = 0;
        for (const Member& voter : half) {
          granted += vote_of(voter.replica) == Vote::kGranted ? 1 : 0;
          refused += vote_of(voter.replica) == Vote::kRefused ? 1 : 0;
        }
        return 2 * granted > half.size()                    ? Election::kWon
               : 2 * (half.size() - refused) <= half.size() ? Election::kLost
                                                            : Election::kOpen;
      };
      const Election first = outcome_of(configuration.voters());
      const Election second = outgoing.empty() ? Election::kWon : outcome_of(outgoing);
      const Election expected =
          first == Election::kLost || second == Election::kLost ? Election::kLost
          : first == Election::kWon && second == Election::kWon ? Election::kWon
                                                                : Election::kOpen;
      ASSERT_EQ(tally(configuration, vote_of), expected) << code;
    }
  }
}

}  // namespace
}  // namespace godwit::raft
