// The order in which a driver does what its cores say. Everything else about it is in tests/sim.
#include "cluster/replica/driver.h"

#include "cluster/replica/end_marker.h"

#include <gtest/gtest.h>

#include <array>

namespace godwit::replica {
namespace {

using raft::GroupId;
using raft::LogIndex;
using raft::ReplicaId;

class DriverTest : public testing::Test,
                   public Transport,
                   public LogStore,
                   public StateMachine,
                   public Observer,
                   public Clock,
                   public Random {
 protected:
  DriverTest() : driver_({*this, *this, *this, *this, *this, *this, probe_}, {}) {}

  static raft::Configuration voters(std::initializer_list<std::uint64_t> ids) {
    raft::Configuration::Parts parts;
    for (const std::uint64_t id : ids) {
      parts.voters.push_back({ReplicaId(id), NodeId(id)});
    }
    return raft::Configuration::make(std::move(parts)).value();
  }
  void add(std::uint32_t group, std::initializer_list<std::uint64_t> ids) {
    driver_.add({GroupId(group), ReplicaId(1)}, {.applied = {{}, voters(ids)}});
  }
  void pass(Duration time) {
    now_ += time;
    driver_.turn();
  }
  // All writes so far are durable; then a turn.
  void write_all() {
    for (const WriteNumber number : std::exchange(writes_, {})) {
      driver_.written(number);
    }
    driver_.turn();
  }

  void send(NodeId to, Frame frame) override { frames_.emplace_back(to, std::move(frame)); }
  void send_snapshot(NodeId /*to*/, raft::Message /*message*/) override {}
  void write(WriteNumber number, std::vector<GroupWrite> writes) override {
    writes_.push_back(number);
    groups_written_.push_back(writes.size());
  }
  void fetch(GroupId /*group*/, const raft::Fetch& /*fetch*/) override {}
  void compact(GroupId /*group*/, LogIndex last) override { compacted_ = last; }
  void mark(GroupId /*group*/, raft::LogPosition durable) override { marked_ = durable; }
  void apply(GroupId /*group*/, const raft::Entry& entry,
             const raft::Configuration& /*configuration*/) override {
    applied_.push_back(entry.index);
  }
  LogIndex durable(GroupId /*group*/) override { return saved_; }
  std::optional<raft::InstallSnapshot> snapshot(GroupId /*group*/) override { return std::nullopt; }
  void install(GroupId /*group*/, const raft::InstallSnapshot& snapshot) override {
    installed_ = snapshot.meta.last.index;
  }
  void role_changed(GroupId /*group*/, const raft::RoleChange& change) override { role_ = change; }
  void read_ready(GroupId /*group*/, raft::ReadToken token) override { reads_.push_back(token); }
  void read_lost(GroupId /*group*/, raft::ReadToken token) override { lost_.push_back(token); }
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::uint64_t next_u64() override { return 0; }

  MetricSheet sheet_;
  raft::Probe probe_{sheet_};
  Instant now_{};
  Driver driver_;
  std::vector<std::pair<NodeId, Frame>> frames_;
  std::vector<WriteNumber> writes_;
  std::vector<std::size_t> groups_written_;
  std::vector<LogIndex> applied_;
  std::vector<raft::ReadToken> reads_;
  std::vector<raft::ReadToken> lost_;
  raft::RoleChange role_;
  LogIndex saved_;
  LogIndex compacted_;
  LogIndex installed_;
  raft::LogPosition marked_;
};

TEST_F(DriverTest, a_sole_voter_leads_and_commits_when_its_disk_has_written) {
  add(1, {1});
  pass(std::chrono::seconds(2));
  EXPECT_EQ(role_.role, raft::RoleName::kCandidate);
  write_all();
  EXPECT_EQ(role_.role, raft::RoleName::kLeader);
  EXPECT_TRUE(applied_.empty());
  ASSERT_TRUE(driver_.propose(GroupId(1), std::array{raft::make_payload(as_bytes("a"))}));
  ASSERT_TRUE(driver_.read(GroupId(1), raft::ReadToken(5)));
  driver_.turn();
  EXPECT_TRUE(applied_.empty());
  write_all();
  EXPECT_EQ(applied_, (std::vector{LogIndex(1), LogIndex(2)}));
  EXPECT_EQ(reads_, std::vector{raft::ReadToken(5)});
}

TEST_F(DriverTest, all_groups_share_one_write_and_one_frame_to_a_node) {
  for (std::uint32_t group = 1; group <= 8; ++group) {
    add(group, {1, 2});
  }
  pass(std::chrono::seconds(2));
  ASSERT_EQ(frames_.size(), 1u);
  EXPECT_EQ(frames_[0].first, NodeId(2));
  EXPECT_EQ(frames_[0].second.messages.size(), 8u);
  EXPECT_TRUE(writes_.empty());  // A pre-vote promises nothing.
  Frame granted;
  for (const raft::Message& message : frames_[0].second.messages) {
    granted.messages.push_back({message.group, ReplicaId(2), ReplicaId(1), message.term,
                                raft::VoteReply{.granted = true, .pre_vote = true}});
  }
  driver_.receive(NodeId(2), std::move(granted));
  driver_.turn();
  EXPECT_EQ(groups_written_, std::vector<std::size_t>{8});
}

// A vote is asked for, and an append acknowledged, in the turn after the write and no earlier.
TEST_F(DriverTest, what_waits_for_the_disk_leaves_when_it_has_written) {
  add(1, {1, 2});
  driver_.receive(
      NodeId(2),
      {.messages = {{GroupId(1), ReplicaId(2), ReplicaId(1), raft::Term(1),
                     raft::AppendRequest{
                         .entries = {{raft::Term(1), LogIndex(1), raft::EntryKind::kNoOp, {}}}}}}});
  driver_.turn();
  EXPECT_TRUE(frames_.empty());
  write_all();
  ASSERT_EQ(frames_.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<raft::AppendReply>(frames_[0].second.messages[0].body));
}

TEST_F(DriverTest, answers_a_leader_that_the_configuration_does_not_know) {
  driver_.add({GroupId(1), ReplicaId(1)}, {});
  driver_.receive(
      NodeId(7),
      {.messages = {{GroupId(1), ReplicaId(4), ReplicaId(1), raft::Term(1), raft::Heartbeat{}}}});
  driver_.turn();
  ASSERT_EQ(frames_.size(), 1u);
  EXPECT_EQ(frames_[0].first, NodeId(7));
}

TEST_F(DriverTest, installs_a_snapshot_once_it_is_durable) {
  add(1, {1, 2});
  driver_.receive(
      NodeId(2),
      {.messages = {{GroupId(1), ReplicaId(2), ReplicaId(1), raft::Term(3),
                     raft::InstallSnapshot{{{raft::Term(2), LogIndex(9)}, voters({1, 2})},
                                           raft::make_payload({})}}}});
  driver_.turn();
  EXPECT_EQ(installed_, LogIndex(0));
  write_all();
  EXPECT_EQ(installed_, LogIndex(9));
}

TEST_F(DriverTest, forgets_writes_of_a_group_that_was_removed) {
  add(1, {1});
  pass(std::chrono::seconds(2));
  driver_.remove(GroupId(1));
  driver_.add({GroupId(1), ReplicaId(9)}, {});
  write_all();
  EXPECT_EQ(driver_.find(GroupId(1))->term(), raft::Term(0));
}

TEST_F(DriverTest, counts_messages_for_groups_that_are_not_here) {
  driver_.receive(
      NodeId(2),
      {.messages = {{GroupId(9), ReplicaId(2), ReplicaId(1), raft::Term(1), raft::Heartbeat{}}}});
  EXPECT_EQ(probe_.for_nobody(), 1);
  EXPECT_EQ(driver_.propose(GroupId(9), {}).error(), raft::ProposeError::kNotLeader);
}

TEST_F(DriverTest, marks_what_is_durable_and_compacts_what_is_saved) {
  add(1, {1});
  pass(std::chrono::seconds(2));
  write_all();
  const std::vector<raft::Payload> batch(30'000, raft::make_payload(as_bytes("a")));
  ASSERT_TRUE(driver_.propose(GroupId(1), batch));
  driver_.turn();
  write_all();
  while (driver_.has_work()) {
    driver_.turn();
  }
  pass(kMarkInterval);
  EXPECT_EQ(marked_.index, LogIndex(30'001));
  EXPECT_EQ(compacted_, LogIndex(0));
  saved_ = LogIndex(30'000);
  pass(kMarkInterval);
  EXPECT_EQ(compacted_, LogIndex(20'000));
}

}  // namespace
}  // namespace godwit::replica
