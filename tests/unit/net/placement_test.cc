#include "broker/net/placement.h"

#include <gtest/gtest.h>

#include <vector>

namespace godwit::net {
namespace {

using Loads = std::vector<ThreadLoad>;

// Places `count` connections, which stay; returns how many each thread has then.
std::vector<std::size_t> place(Placement& placement, Loads loads, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    ++loads[placement.next(loads)].connections;
  }
  std::vector<std::size_t> connections;
  for (const ThreadLoad& load : loads) {
    connections.push_back(load.connections);
  }
  return connections;
}

TEST(Placement, spread_takes_the_thread_with_the_fewest) {
  Placement placement({.rule = PlacementRule::kSpread});
  EXPECT_EQ(placement.next(Loads{{.connections = 5}, {.connections = 3}, {.connections = 4}}), 1U);
  EXPECT_EQ(placement.next(Loads{{.connections = 5}, {.connections = 6}, {.connections = 4}}), 2U);
}

TEST(Placement, spread_gives_equal_threads_their_turn) {
  Placement placement({.rule = PlacementRule::kSpread});
  const Loads equal(3);
  for (const std::size_t expected : {0U, 1U, 2U, 0U, 1U}) {
    EXPECT_EQ(placement.next(equal), expected);
  }
  // The turn goes on behind the thread that was chosen.
  EXPECT_EQ(placement.next(Loads{{}, {.connections = 1}, {.connections = 1}}), 0U);
  EXPECT_EQ(placement.next(equal), 1U);
}

TEST(Placement, spread_does_not_ask_who_is_busy) {
  Placement placement({.rule = PlacementRule::kSpread});
  EXPECT_EQ(placement.next(Loads{{.connections = 1, .busy = true}, {.connections = 2}}), 0U);
}

TEST(Placement, gather_fills_the_first_thread_up_to_its_bound) {
  Placement placement({.rule = PlacementRule::kGather, .gather_connections_max = 10});
  EXPECT_EQ(place(placement, Loads(3), 9), (std::vector<std::size_t>{9, 0, 0}));
  EXPECT_EQ(place(placement, Loads(3), 10), (std::vector<std::size_t>{10, 0, 0}));
  EXPECT_EQ(place(placement, Loads(3), 12), (std::vector<std::size_t>{10, 1, 1}));
  EXPECT_EQ(place(placement, Loads(3), 33), (std::vector<std::size_t>{11, 11, 11}));
}

TEST(Placement, gather_counts_the_connections_of_all_threads) {
  Placement placement({.rule = PlacementRule::kGather, .gather_connections_max = 10});
  EXPECT_EQ(placement.next(Loads{{.connections = 5}, {.connections = 4}}), 0U);
  EXPECT_EQ(placement.next(Loads{{.connections = 5}, {.connections = 5}}), 0U) << "its turn";
  EXPECT_EQ(placement.next(Loads{{.connections = 5}, {.connections = 5}}), 1U);
}

TEST(Placement, gather_spares_a_busy_first_thread) {
  Placement placement({.rule = PlacementRule::kGather, .gather_connections_max = 10});
  EXPECT_EQ(placement.next(Loads{{.connections = 2, .busy = true}, {.connections = 1}}), 1U);
  EXPECT_EQ(placement.next(Loads{{.connections = 2}, {.connections = 1, .busy = true}}), 0U);
}

TEST(Placement, a_single_thread_gets_everything) {
  for (const PlacementRule rule : {PlacementRule::kGather, PlacementRule::kSpread}) {
    Placement placement({.rule = rule, .gather_connections_max = 1});
    EXPECT_EQ(placement.next(Loads{{.connections = 7, .busy = true}}), 0U);
  }
}

}  // namespace
}  // namespace godwit::net
