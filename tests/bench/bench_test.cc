// What the bench's verdicts stand on: the sequence check, the ledger, the wild table, the
// histogram, the packet ids under way, and the codec at every split of its input.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/bench/load/histogram.h"
#include "tests/bench/load/ledger.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/plan.h"
#include "tests/bench/load/publisher.h"
#include "tests/bench/load/sequence_check.h"
#include "tests/bench/load/wild_table.h"

namespace godwit::bench {
namespace {

// ---- SequenceCheck

TEST(SequenceCheck, everything_in_order_misses_nothing) {
  SequenceCheck check;
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(check.arrived(i), Arrival::kInOrder);
  }
  EXPECT_EQ(check.missing(100), 0U);
}

TEST(SequenceCheck, counts_holes_and_the_tail_as_missing) {
  SequenceCheck check;
  check.arrived(2);  // 0 and 1 are missing.
  check.arrived(5);  // 3 and 4 are missing.
  EXPECT_EQ(check.missing(10), 8U);
}

TEST(SequenceCheck, a_late_one_is_reordered_and_no_longer_missing) {
  SequenceCheck check;
  check.arrived(4);
  EXPECT_EQ(check.arrived(2), Arrival::kReordered);  // Splits the hole.
  EXPECT_EQ(check.missing(5), 3U);
  EXPECT_EQ(check.arrived(0), Arrival::kReordered);  // Its first.
  EXPECT_EQ(check.arrived(3), Arrival::kReordered);  // A hole of one.
  EXPECT_EQ(check.arrived(1), Arrival::kReordered);
  EXPECT_EQ(check.missing(5), 0U);
}

TEST(SequenceCheck, what_was_here_before_is_a_duplicate) {
  SequenceCheck check;
  check.arrived(0);
  check.arrived(3);
  EXPECT_EQ(check.arrived(0), Arrival::kDuplicate);
  EXPECT_EQ(check.arrived(3), Arrival::kDuplicate);
  EXPECT_EQ(check.arrived(1), Arrival::kReordered);
  EXPECT_EQ(check.arrived(1), Arrival::kDuplicate);
  EXPECT_EQ(check.missing(4), 1U);
}

// ---- Ledger

TEST(Ledger, follows_every_receiver_of_a_stream_apart) {
  Ledger ledger;
  const std::vector<std::uint32_t> receivers{0, 1, 2};
  ledger.add_stream(receivers);
  ledger.publish(0);
  ledger.publish(0);
  EXPECT_EQ(ledger.deliver(0, 0, 0), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(0, 0, 1), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(0, 1, 1), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(0, 1, 0), Arrival::kReordered);
  EXPECT_EQ(ledger.deliver(0, 1, 0), Arrival::kDuplicate);
  const Ledger::Verdict verdict = ledger.verdict();
  EXPECT_EQ(verdict.lost, 2U);  // Both at receiver 2.
  EXPECT_EQ(verdict.reordered, 1U);
  EXPECT_EQ(verdict.duplicates, 1U);
  EXPECT_EQ(verdict.misrouted, 0U);
}

TEST(Ledger, finds_receivers_with_gaps_between_them) {
  Ledger ledger;
  const std::vector<std::uint32_t> receivers{3, 7, 900};
  ledger.add_stream(receivers);
  ledger.publish(0);
  for (const std::uint32_t receiver : receivers) {
    EXPECT_EQ(ledger.deliver(0, receiver, 0), Arrival::kInOrder);
  }
  EXPECT_EQ(ledger.verdict().lost, 0U);
}

TEST(Ledger, calls_misrouted_what_nobody_asked_for_or_published) {
  Ledger ledger;
  const std::vector<std::uint32_t> receivers{3, 7};
  ledger.add_stream(receivers);
  ledger.add_stream({});
  ledger.publish(0);
  ledger.publish(1);
  EXPECT_FALSE(ledger.deliver(0, 4, 0).has_value());  // Not a receiver.
  EXPECT_FALSE(ledger.deliver(0, 2, 0).has_value());
  EXPECT_FALSE(ledger.deliver(0, 3, 1).has_value());  // Not yet published.
  EXPECT_FALSE(ledger.deliver(1, 3, 0).has_value());  // Nobody receives this stream.
  EXPECT_FALSE(ledger.deliver(2, 3, 0).has_value());  // No such stream.
  EXPECT_EQ(ledger.verdict().misrouted, 5U);
}

TEST(Ledger, wants_each_message_of_a_shared_stream_once_at_any_member) {
  Ledger ledger;
  const std::vector<std::uint32_t> members{0, 1, 2, 3};
  ledger.add_shared_stream(members);
  EXPECT_EQ(ledger.receivers_of(0), 1U);
  for (int i = 0; i < 4; ++i) {
    ledger.publish(0);
  }
  EXPECT_EQ(ledger.deliver(0, 2, 1), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(0, 0, 0), Arrival::kInOrder);    // Older, but of another member.
  EXPECT_EQ(ledger.deliver(0, 1, 1), Arrival::kDuplicate);  // Another member had it.
  EXPECT_EQ(ledger.deliver(0, 2, 0), Arrival::kDuplicate);
  EXPECT_FALSE(ledger.deliver(0, 4, 2).has_value());  // Not a member.
  const Ledger::Verdict verdict = ledger.verdict();
  EXPECT_EQ(verdict.lost, 2U);
  EXPECT_EQ(verdict.duplicates, 2U);
  EXPECT_EQ(verdict.reordered, 0U);
  EXPECT_EQ(verdict.misrouted, 1U);
}

TEST(Ledger, sees_when_one_member_of_a_shared_stream_gets_an_older_message) {
  Ledger ledger;
  const std::vector<std::uint32_t> members{5, 6};
  ledger.add_stream(members);
  ledger.add_shared_stream(members);
  for (int i = 0; i < 3; ++i) {
    ledger.publish(1);
  }
  EXPECT_EQ(ledger.deliver(1, 6, 2), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(1, 5, 0), Arrival::kInOrder);
  EXPECT_EQ(ledger.deliver(1, 6, 1), Arrival::kReordered);
  EXPECT_EQ(ledger.verdict().lost, 0U);
  EXPECT_EQ(ledger.verdict().reordered, 1U);
}

// ---- Plans

TEST(Plan, of_a_shared_topology_puts_all_subscribers_into_one_group) {
  Options options;
  options.topology = Topology::kShared;
  options.subscribers = 4;
  Ledger ledger;
  const Plan plan(options, ledger);
  EXPECT_EQ(plan.filters_of(0), std::vector<std::string>{"$share/load/bench/#"});
  EXPECT_EQ(plan.filters_of(3), plan.filters_of(0));
  EXPECT_EQ(plan.copies(), 1U);
  EXPECT_EQ(ledger.receivers_of(0), 1U);
}

TEST(Plan, wild_topics_reach_exactly_the_clients_whose_filter_matches) {
  // Arrange: few values, so that there are many matches.
  Options options;
  options.topology = Topology::kWild;
  options.wild_clients = 20;
  options.wild_filters = 60;
  options.wild_values = 3;
  const WildTable table(options);
  const auto levels = [](const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char each : text) {
      if (each == '/') {
        parts.emplace_back();
      } else {
        parts.back() += each;
      }
    }
    return parts;
  };
  const auto matches = [&levels](const std::string& filter, const std::string& topic) {
    const std::vector<std::string> wanted = levels(filter);
    const std::vector<std::string> given = levels(topic);
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (wanted[i] == "#") {
        return true;
      }
      if (wanted[i] != "+" && wanted[i] != given[i]) {
        return false;
      }
    }
    return true;
  };
  // Act and check: against a matcher that works on the texts.
  std::size_t deliveries = 0;
  for (const WildTopic& topic : table.make_topics(100)) {
    std::vector<std::uint32_t> expected;
    for (std::uint32_t client = 0; client < options.wild_clients; ++client) {
      const std::vector<std::string> filters = table.filters_of(client);
      const auto count =
          std::count_if(filters.begin(), filters.end(),
                        [&](const std::string& each) { return matches(each, topic.text); });
      EXPECT_LE(count, 1) << "two filters of one client match " << topic.text;
      if (count > 0) {
        expected.push_back(client);
      }
    }
    EXPECT_EQ(topic.receivers, expected) << topic.text;
    deliveries += expected.size();
  }
  EXPECT_GT(deliveries, 0U);
}

TEST(Plan, a_stream_belongs_to_the_publisher_that_chose_it) {
  Options options;
  options.topology = Topology::kWild;
  options.publishers = 7;
  options.wild_clients = 5;
  options.wild_filters = 5;
  Ledger ledger;
  Plan plan(options, ledger);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(plan.publisher_of(plan.next_stream(i % 7)), i % 7);
  }
}

// ---- Histogram

TEST(Histogram, is_empty_at_first) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile_us(0.5), 0);
  EXPECT_EQ(histogram.max_us(), 0);
}

TEST(Histogram, keeps_two_digits_at_any_magnitude) {
  for (const std::uint64_t value : {5ULL, 63ULL, 64ULL, 999ULL, 123'456ULL, 7'777'777'777ULL}) {
    Histogram histogram;
    histogram.add(value);
    histogram.add(value * 100);  // So that the largest value does not cap the first.
    const double us = static_cast<double>(value) / 1000;
    EXPECT_NEAR(histogram.percentile_us(0), us, us * 0.016) << value;
  }
}

TEST(Histogram, percentiles_are_ranks) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    histogram.add(i * 1000);
  }
  EXPECT_NEAR(histogram.percentile_us(0.5), 500, 8);
  EXPECT_NEAR(histogram.percentile_us(0.99), 990, 16);
  EXPECT_EQ(histogram.percentile_us(1), 1000);
  EXPECT_EQ(histogram.max_us(), 1000);
}

TEST(Histogram, counts_what_is_too_long_in_the_last_bucket) {
  Histogram histogram;
  histogram.add(~std::uint64_t{0});
  EXPECT_GT(histogram.percentile_us(0.5), 1e9);
}

// ---- InFlight

TEST(InFlight, gives_out_ids_until_the_limit) {
  InFlight in_flight(3);
  EXPECT_EQ(in_flight.begin(10), 1);
  EXPECT_EQ(in_flight.begin(20), 2);
  EXPECT_TRUE(in_flight.full(2));
  EXPECT_FALSE(in_flight.full(100));
  EXPECT_EQ(in_flight.begin(30), 3);
  EXPECT_TRUE(in_flight.full(100));
  EXPECT_EQ(in_flight.end(2), 20U);
  EXPECT_EQ(in_flight.size(), 2U);
}

TEST(InFlight, knows_what_was_never_sent_or_answered_twice) {
  InFlight in_flight(3);
  in_flight.begin(10);
  EXPECT_FALSE(in_flight.end(0).has_value());
  EXPECT_FALSE(in_flight.end(2).has_value());
  EXPECT_TRUE(in_flight.end(1).has_value());
  EXPECT_FALSE(in_flight.end(1).has_value());
}

TEST(InFlight, never_uses_id_0_nor_one_that_is_under_way) {
  InFlight in_flight(100);
  const std::uint16_t first = in_flight.begin(1);  // Stays unanswered.
  std::uint32_t begun = 1;
  while (!in_flight.full(100) && begun < 200'000) {
    const std::uint16_t id = in_flight.begin(1);
    ASSERT_NE(id, 0);
    ASSERT_NE(id, first);
    ASSERT_TRUE(in_flight.end(id).has_value());
    ++begun;
  }
  EXPECT_TRUE(in_flight.full(100)) << "it must wait for the one that is under way";
}

}  // namespace
}  // namespace godwit::bench
