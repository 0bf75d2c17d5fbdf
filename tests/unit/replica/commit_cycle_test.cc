// What is acknowledged survives a loss of power at any moment, and the state that comes back is
// that of the log (P-15).
#include "cluster/replica/commit_cycle.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/replica/durable_node.h"

namespace godwit::replica {
namespace {

using raft::GroupId;
using raft::LogIndex;
using raft::ReplicaId;
using raft::Term;

constexpr GroupId kGroup = DurableNode::kGroup;

std::size_t rows_of_log(const Disk& disk) {
  const auto cursor = disk.store.scan(storage::Table::kLog, {});
  std::size_t rows = 0;
  while (cursor->next().value()) {
    ++rows;
  }
  return rows;
}

void commit(DurableNode& node, std::string_view text) {
  ASSERT_TRUE(node.propose(text));
  node.turn();
  node.run_cycle();
  node.turn();
}

TEST(CommitCycle, acknowledges_after_the_disk_has_it) {
  Disk disk;
  DurableNode node(disk);
  node.lead();
  ASSERT_TRUE(node.propose("a"));
  node.turn();
  EXPECT_TRUE(node.acknowledged().empty());
  node.run_cycle();
  EXPECT_EQ(disk.store.unsynced(), 0);
  node.turn();
  EXPECT_EQ(node.acknowledged(), std::vector<std::string>{"a"});
}

TEST(CommitCycle, does_not_sync_for_state_alone) {
  Disk disk;
  DurableNode node(disk);
  node.lead();
  commit(node, "a");
  node.run_cycle();
  node.save();
  node.turn();
  node.run_cycle();
  EXPECT_EQ(disk.store.unsynced(), 1);
  node.turn();
  EXPECT_EQ(node.state(), std::vector<std::string>{"a"});
}

TEST(CommitCycle, replays_what_the_state_had_not_reached) {
  Disk disk;
  {
    DurableNode node(disk);
    node.lead();
    commit(node, "a");
    node.save();
    commit(node, "b");
    commit(node, "c");
  }
  disk.store.lose_power(0);
  DurableNode again(disk);
  ASSERT_TRUE(again.recovery());
  EXPECT_FALSE(again.recovery()->recovered.hard_state.amnesiac);
  EXPECT_EQ(again.state(), std::vector<std::string>{"a"});
  again.lead();
  again.run_cycle();
  again.turn();
  EXPECT_EQ(again.acknowledged(), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(again.state(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(CommitCycle, drops_the_log_behind_the_saved_state) {
  Disk disk;
  DurableNode node(disk);
  node.lead();
  for (int round = 0; round < 100; ++round) {
    commit(node, fmt::format("{}", round));
    node.save();
  }
  EXPECT_LT(rows_of_log(disk), 30);
  EXPECT_EQ(node.state().size(), 100);
}

TEST(CommitCycle, puts_a_shorter_log_in_place_of_a_longer_one) {
  Disk disk;
  CommitCycle cycle(disk.store, disk.markers);
  cycle.create(kGroup, ReplicaId(5),
               raft::Configuration::make({.voters = {{ReplicaId(5), NodeId(1)}}}).value());
  const auto work = [](std::uint64_t term, std::uint64_t first, std::uint64_t last) {
    GroupWrite write{.group = kGroup, .replica = ReplicaId(5)};
    for (std::uint64_t index = first; index <= last; ++index) {
      write.persist.entries.push_back({Term(term), LogIndex(index)});
    }
    return CommitWork{.number = WriteNumber(1), .writes = {std::move(write)}};
  };
  cycle.run(std::array{work(1, 1, 9), work(2, 4, 5)});
  const auto found = recover(disk.store, disk.markers, kGroup).value();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->recovered.entries.size(), 5);
  EXPECT_EQ(found->recovered.entries.back().position(), (raft::LogPosition{Term(2), LogIndex(5)}));
  EXPECT_EQ(found->damage, "");
}

// All orders of turns, cycles, saves and losses of power, as chance has them.
TEST(CommitCycle, loses_nothing_that_was_acknowledged_whenever_power_fails) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    Disk disk;
    std::vector<std::string> acknowledged;
    std::uint64_t proposed = 0;
    for (int life = 0; life < 5; ++life) {
      DurableNode node(disk);
      ASSERT_TRUE(life == 0 || node.recovery());
      ASSERT_TRUE(life == 0 || node.recovery()->damage.empty()) << node.recovery()->damage;
      node.lead();
      for (int step = 0; step < 60; ++step) {
        switch (random() % 6) {
          case 0:
          case 1:
            ASSERT_TRUE(node.propose(fmt::format("{}", proposed++)));
            break;
          case 2:
            node.save();
            break;
          case 3:
          case 4:
            node.run_cycle();
            break;
          default:
            node.turn();
        }
      }
      const std::vector<std::string> state = node.state();
      // What was there stays there, in its order; behind it may be what was never answered.
      ASSERT_GE(state.size(), acknowledged.size()) << "seed " << seed;
      ASSERT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), state.begin()))
          << "seed " << seed;
      acknowledged = state;
      disk.store.lose_power(random() % (disk.store.unsynced() + 1));
      disk.markers.lose_power();
    }
  }
}

}  // namespace
}  // namespace godwit::replica
