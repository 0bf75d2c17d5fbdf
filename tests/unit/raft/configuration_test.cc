#include "cluster/raft/configuration.h"

#include <gtest/gtest.h>

#include "cluster/raft/configuration_history.h"

namespace godwit::raft {
namespace {

std::vector<Member> members(std::initializer_list<std::uint64_t> ids) {
  std::vector<Member> list;
  for (const std::uint64_t id : ids) {
    list.push_back({ReplicaId(id), NodeId(100 + id)});
  }
  return list;
}

Configuration of(Configuration::Parts parts) {
  return Configuration::make(std::move(parts)).value();
}

TEST(Configuration, refuses_what_cannot_be_one) {
  const auto error_of = [](Configuration::Parts parts) {
    return Configuration::make(std::move(parts)).error();
  };
  EXPECT_EQ(error_of({}), ConfigurationError::kNoVoter);
  EXPECT_EQ(error_of({.voters = members({1, 1})}), ConfigurationError::kReplicaTwice);
  EXPECT_EQ(error_of({.voters = members({1}), .learners = members({1})}),
            ConfigurationError::kReplicaTwice);
  EXPECT_EQ(error_of({.voters = members({0})}), ConfigurationError::kReplicaZero);
  EXPECT_EQ(error_of({.voters = members({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})}),
            ConfigurationError::kTooManyMembers);
  EXPECT_EQ(error_of({.voters = members({1}), .outgoing = {{ReplicaId(1), NodeId(7)}}}),
            ConfigurationError::kTwoNodesForOne);
}

TEST(Configuration, lets_an_outgoing_voter_be_a_learner) {
  const Configuration configuration =
      of({.voters = members({1, 2}), .outgoing = members({1, 2, 3}), .learners = members({3})});
  EXPECT_TRUE(configuration.joint());
  EXPECT_TRUE(configuration.is_voter(ReplicaId(3)));
  EXPECT_EQ(configuration.members().size(), 3u);
  EXPECT_EQ(configuration.node_of(ReplicaId(3)), NodeId(103));
  EXPECT_FALSE(configuration.without_outgoing().is_voter(ReplicaId(3)));
}

TEST(Configuration, changes_learners_in_one_step_and_voters_in_two) {
  const Configuration now = of({.voters = members({1, 2, 3})});
  const Configuration learner = of({.voters = members({3, 2, 1}), .learners = members({4})});
  EXPECT_EQ(now.step_towards(learner).value(), learner);
  const Configuration other = of({.voters = members({1, 2, 4})});
  const Configuration step = now.step_towards(other).value();
  EXPECT_EQ(step.outgoing(), now.voters());
  EXPECT_EQ(step.without_outgoing(), other);
}

TEST(Configuration, is_the_same_after_its_bytes) {
  const Configuration configuration =
      of({.voters = members({1, 2}), .outgoing = members({1, 3}), .learners = members({4})});
  EXPECT_EQ(Configuration::decode(configuration.encode()).value(), configuration);
}

TEST(Configuration, refuses_bytes_that_are_cut_off_or_go_on) {
  Bytes bytes = of({.voters = members({1, 2}), .learners = members({4})}).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Configuration::decode(ByteView(bytes).first(size)).has_value()) << size;
  }
  bytes.push_back(std::byte{0});
  EXPECT_EQ(Configuration::decode(bytes).error(), ConfigurationError::kBadEncoding);
  bytes.pop_back();
  bytes[0] = std::byte{9};
  EXPECT_EQ(Configuration::decode(bytes).error(), ConfigurationError::kBadEncoding);
}

TEST(ConfigurationHistory, goes_back_with_a_truncation) {
  const Configuration first = of({.voters = members({1})});
  const Configuration second = of({.voters = members({1, 2})});
  ConfigurationHistory history(LogIndex(0), first);
  history.append(LogIndex(5), second);
  EXPECT_EQ(history.latest(), second);
  history.truncate_from(LogIndex(6));
  EXPECT_EQ(history.latest_index(), LogIndex(5));
  history.truncate_from(LogIndex(5));
  EXPECT_EQ(history.latest(), first);
}

TEST(ConfigurationHistory, forgets_what_is_applied_but_for_the_last) {
  const Configuration first = of({.voters = members({1})});
  const Configuration second = of({.voters = members({1, 2})});
  ConfigurationHistory history(LogIndex(0), first);
  history.append(LogIndex(5), second);
  history.forget_before(LogIndex(4));
  history.truncate_from(LogIndex(5));
  EXPECT_EQ(history.latest(), first);
  history.append(LogIndex(5), second);
  history.forget_before(LogIndex(5));
  EXPECT_EQ(history.latest(), second);
}

// Thesis, section 4.2.2: until the configuration without it is committed, it may be needed.
TEST(ConfigurationHistory, lets_a_removed_voter_stand_until_that_is_committed) {
  ConfigurationHistory history(LogIndex(0), of({.voters = members({1, 2})}));
  history.append(LogIndex(5), of({.voters = members({2})}));
  EXPECT_TRUE(history.may_stand(ReplicaId(1), LogIndex(4)));
  EXPECT_FALSE(history.may_stand(ReplicaId(1), LogIndex(5)));
  EXPECT_TRUE(history.may_stand(ReplicaId(2), LogIndex(5)));
  EXPECT_FALSE(history.may_stand(ReplicaId(3), LogIndex(0)));
}

}  // namespace
}  // namespace godwit::raft
