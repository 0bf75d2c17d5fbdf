// Who belongs to a group: voters, learners, and while a change is under way the voters it leaves
// (joint consensus, thesis section 4.3).
//
// Values; pure. A Configuration that came through `make` or `decode` is valid.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

inline constexpr std::size_t kVotersMax = 9;    // In each half of a joint configuration.
inline constexpr std::size_t kLearnersMax = 9;  // Beside them.

// A copy, and the node that keeps it. The core only ever compares replicas; nodes are for whoever
// sends the messages.
struct Member {
  ReplicaId replica;
  NodeId node;
  // clang-tidy takes the comparison's hidden zero for a null pointer.
  friend constexpr auto operator<=>(const Member&,
                                    const Member&) = default;  // NOLINT(modernize-use-nullptr)
};

enum class ConfigurationError : std::uint8_t {
  kNoVoter,
  kTooManyMembers,
  kReplicaTwice,    // The same replica twice in one half, or as voter and learner.
  kReplicaZero,     // Nobody has the id 0.
  kTwoNodesForOne,  // One replica on two nodes.
  kBadEncoding,     // Only from decode.
};

class Configuration {
 public:
  // Nobody: what a replica believes that was just created to be added to a group.
  Configuration() = default;

  // `outgoing` is empty unless the configuration is joint. A learner may be an outgoing voter.
  struct Parts {
    std::vector<Member> voters;
    std::vector<Member> outgoing;
    std::vector<Member> learners;
    friend bool operator==(const Parts&, const Parts&) = default;
  };
  [[nodiscard]] static Result<Configuration, ConfigurationError> make(Parts parts);

  // The bytes of an entry of kind kConfiguration; docs/internals/raft.md has them one by one.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static Result<Configuration, ConfigurationError> decode(ByteView bytes);

  // Sorted by replica.
  [[nodiscard]] const std::vector<Member>& voters() const { return parts_.voters; }
  [[nodiscard]] const std::vector<Member>& outgoing() const { return parts_.outgoing; }
  [[nodiscard]] const std::vector<Member>& learners() const { return parts_.learners; }

  [[nodiscard]] bool empty() const { return parts_.voters.empty(); }
  [[nodiscard]] bool joint() const { return !parts_.outgoing.empty(); }
  // In either half.
  [[nodiscard]] bool is_voter(ReplicaId replica) const;
  [[nodiscard]] bool is_member(ReplicaId replica) const;
  [[nodiscard]] std::optional<NodeId> node_of(ReplicaId replica) const;
  // Every replica once, sorted.
  [[nodiscard]] std::vector<Member> members() const;

  // The way to `target`: one step if only learners change, else the joint configuration between.
  [[nodiscard]] Result<Configuration, ConfigurationError> step_towards(
      const Configuration& target) const;
  // Of a joint configuration: the one it leads to.
  [[nodiscard]] Configuration without_outgoing() const;

  friend bool operator==(const Configuration&, const Configuration&) = default;

 private:
  explicit Configuration(Parts parts) : parts_(std::move(parts)) {}

  Parts parts_;
};

}  // namespace godwit::raft
