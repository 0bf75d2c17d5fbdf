#include "broker/routing/shared_group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace godwit::routing {
namespace {

constexpr auto kTurns = ShareStrategy::kRoundRobin;
constexpr auto kByTopic = ShareStrategy::kHashTopic;

SharedMember member(std::uint32_t number, std::uint32_t generation = 0) {
  return {.thread = ThreadIndex(static_cast<std::uint16_t>(number % 3)),
          .subscriber = Subscriber(number),
          .generation = generation,
          .share = 1};
}

SharedGroup group_of(std::uint32_t members, std::uint16_t window) {
  SharedGroup group;
  for (std::uint32_t i = 0; i < members; ++i) {
    group.join(member(i));
    group.connected(member(i), window, 0);
  }
  return group;
}

TEST(SharedGroup, takes_turns) {
  SharedGroup group = group_of(3, 100);
  std::map<std::uint32_t, int> times;
  for (int i = 0; i < 30; ++i) {
    const auto chosen = i % 2 == 0 ? group.assign(kTurns, 0) : group.choose(kTurns, 0);
    ASSERT_TRUE(chosen);
    ++times[chosen->subscriber.value()];
  }
  EXPECT_EQ(times, (std::map<std::uint32_t, int>{{0, 10}, {1, 10}, {2, 10}}));
}

TEST(SharedGroup, gives_nobody_more_than_its_window) {
  SharedGroup group = group_of(2, 3);
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(group.assign(kTurns, 0));
  }
  EXPECT_FALSE(group.ready());
  EXPECT_FALSE(group.assign(kTurns, 0));
  // QoS 0 needs none.
  EXPECT_TRUE(group.choose(kTurns, 0));
  group.add_credit(member(1), 2);
  EXPECT_EQ(group.assign(kTurns, 0), member(1));
  EXPECT_EQ(group.assign(kTurns, 0), member(1));
  EXPECT_FALSE(group.assign(kTurns, 0));
  // More than its window is never believed.
  group.add_credit(member(0), 60'000);
  group.add_credit(member(0), 60'000);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(group.assign(kTurns, 0), member(0));
  }
  EXPECT_FALSE(group.assign(kTurns, 0));
}

TEST(SharedGroup, counts_what_a_member_brings_back) {
  SharedGroup group;
  group.join(member(0));
  group.connected(member(0), 5, 3);
  EXPECT_TRUE(group.assign(kTurns, 0));
  EXPECT_TRUE(group.assign(kTurns, 0));
  EXPECT_FALSE(group.assign(kTurns, 0));
  group.connected(member(0), 5, 9);
  EXPECT_FALSE(group.assign(kTurns, 0));
}

TEST(SharedGroup, chooses_only_who_is_connected) {
  SharedGroup group;
  group.join(member(0));
  group.join(member(1));
  EXPECT_FALSE(group.choose(kTurns, 0));
  EXPECT_FALSE(group.choose(kByTopic, 0));
  EXPECT_FALSE(group.assign(kByTopic, 0));
  group.connected(member(1), 1, 0);
  EXPECT_EQ(group.choose(kTurns, 0), member(1));
  EXPECT_EQ(group.choose(kByTopic, 7), member(1));
  group.disconnected(member(1));
  EXPECT_FALSE(group.choose(kTurns, 0));
  group.add_credit(member(1), 1);  // Mail that was under way.
  EXPECT_FALSE(group.assign(kTurns, 0));
  EXPECT_EQ(group.size(), 2U);
}

TEST(SharedGroup, knows_sessions_apart_that_use_one_slot_after_the_other) {
  SharedGroup group;
  group.join(member(0, 1));
  group.leave(member(0, 1));
  group.join(member(0, 2));
  group.connected(member(0, 1), 5, 0);
  EXPECT_FALSE(group.choose(kTurns, 0));
  group.leave(member(0, 1));
  EXPECT_EQ(group.size(), 1U);
  group.connected(member(0, 2), 5, 0);
  EXPECT_EQ(group.choose(kTurns, 0), member(0, 2));
}

// Who comes moves only what it takes over itself; who goes, only what it had.
TEST(SharedGroup, by_hash_moves_little) {
  SharedGroup group = group_of(5, 100);
  std::map<std::uint64_t, SharedMember> before;
  std::map<std::uint32_t, int> times;
  for (std::uint64_t hash = 0; hash < 1'000; ++hash) {
    before[hash] = *group.choose(kByTopic, hash);
    ++times[before[hash].subscriber.value()];
    EXPECT_EQ(group.assign(kByTopic, hash), before[hash]);
  }
  for (const auto& [subscriber, count] : times) {
    EXPECT_GT(count, 120) << subscriber;
  }
  group.join(member(5));
  group.connected(member(5), 100, 0);
  group.leave(member(2));
  for (const auto& [hash, old] : before) {
    const SharedMember now = *group.choose(kByTopic, hash);
    EXPECT_TRUE(now == old || now == member(5) || old == member(2));
  }
}

// Against a plain model.
TEST(SharedGroup, keeps_its_books) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    SharedGroup group;
    std::map<std::uint32_t, int> credit;  // Of members; -1: not connected.
    for (int step = 0; step < 2'000; ++step) {
      const auto who = static_cast<std::uint32_t>(random() % 8);
      const bool is_member = credit.contains(who);
      switch (random() % 6) {
        case 0:
          group.join(member(who));
          credit.emplace(who, -1);
          break;
        case 1:
          group.leave(member(who));
          credit.erase(who);
          break;
        case 2:
          group.connected(member(who), 4, 1);
          if (is_member) {
            credit[who] = 3;
          }
          break;
        case 3:
          group.disconnected(member(who));
          if (is_member) {
            credit[who] = -1;
          }
          break;
        case 4:
          group.add_credit(member(who), 1);
          if (is_member && credit[who] >= 0) {
            credit[who] = std::min(4, credit[who] + 1);
          }
          break;
        default: {
          const auto chosen = group.assign(kTurns, 0);
          const bool possible = std::any_of(credit.begin(), credit.end(),
                                            [](const auto& entry) { return entry.second > 0; });
          ASSERT_EQ(chosen.has_value(), possible);
          if (chosen) {
            ASSERT_GT(credit.at(chosen->subscriber.value())--, 0);
          }
        }
      }
      ASSERT_EQ(group.size(), credit.size());
    }
  }
}

}  // namespace
}  // namespace godwit::routing
