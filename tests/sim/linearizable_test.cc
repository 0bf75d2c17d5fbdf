// The checkers against a search through all orders that there may be.
#include "tests/sim/linearizable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/sim/chance.h"

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;

Operation operation(OperationKind kind, std::uint64_t value, int invoked, int completed) {
  const bool argued = kind == OperationKind::kWrite || kind == OperationKind::kPut;
  Operation one{.kind = kind,
                .argument = argued ? value : 0,
                .result = argued ? 0 : value,
                .invoked = Instant(milliseconds(invoked))};
  if (completed >= 0) {
    one.completed = Instant(milliseconds(completed));
  }
  return one;
}
Operation write(std::uint64_t value, int invoked, int completed) {
  return operation(OperationKind::kWrite, value, invoked, completed);
}
Operation read(std::uint64_t value, int invoked, int completed) {
  return operation(OperationKind::kRead, value, invoked, completed);
}
Operation put(std::uint64_t value, int invoked, int completed) {
  return operation(OperationKind::kPut, value, invoked, completed);
}
Operation take(std::uint64_t value, int invoked, int completed) {
  return operation(OperationKind::kTake, value, invoked, completed);
}

bool fine(const History& history) { return !check_linearizable(history).has_value(); }

TEST(Linearizable, register_gives_what_was_written_last) {
  EXPECT_TRUE(fine({write(1, 0, 10), read(1, 20, 30)}));
  EXPECT_TRUE(fine({read(0, 0, 5), write(1, 10, 20)}));
  EXPECT_FALSE(fine({write(1, 0, 10), read(0, 20, 30)}));
  EXPECT_FALSE(fine({write(1, 0, 10), write(2, 20, 30), read(1, 40, 50)}));
}

TEST(Linearizable, register_does_not_go_back) {
  // Both reads overlap the write, and the second begins after the first.
  EXPECT_TRUE(fine({write(1, 0, 100), read(0, 10, 20), read(1, 30, 40)}));
  EXPECT_FALSE(fine({write(1, 0, 100), read(1, 10, 20), read(0, 30, 40)}));
}

TEST(Linearizable, register_knows_no_value_from_nowhere_or_from_later) {
  EXPECT_FALSE(fine({read(7, 0, 10)}));
  EXPECT_FALSE(fine({read(1, 0, 10), write(1, 20, 30)}));
}

TEST(Linearizable, a_write_without_an_answer_may_have_happened) {
  EXPECT_TRUE(fine({write(1, 0, -1), read(0, 10, 20)}));
  EXPECT_TRUE(fine({write(1, 0, -1), read(1, 10, 20)}));
  EXPECT_TRUE(fine({write(1, 0, -1), read(0, 10, 20), read(1, 30, 40)}));
  EXPECT_FALSE(fine({write(1, 0, -1), read(1, 10, 20), read(0, 30, 40)}));
}

TEST(Linearizable, queue_gives_everything_once_and_in_order) {
  EXPECT_TRUE(fine({put(1, 0, 10), put(2, 20, 30), take(1, 40, 50), take(2, 60, 70)}));
  EXPECT_FALSE(fine({put(1, 0, 10), put(2, 20, 30), take(2, 40, 50), take(1, 60, 70)}));
  EXPECT_TRUE(fine({put(1, 0, 25), put(2, 20, 30), take(2, 40, 50), take(1, 60, 70)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(1, 20, 30), take(1, 40, 50)}));
  EXPECT_FALSE(fine({take(1, 0, 10), put(1, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), put(2, 20, 30), take(2, 40, 50)}));
}

TEST(Linearizable, queue_is_empty_only_when_it_may_be) {
  EXPECT_TRUE(fine({take(0, 0, 10), put(1, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(0, 20, 30), take(1, 40, 50)}));
  // One value after the other covers the whole time.
  EXPECT_FALSE(
      fine({put(1, 0, 10), put(2, 15, 18), take(1, 22, 60), take(0, 20, 30), take(2, 70, 80)}));
  EXPECT_TRUE(
      fine({put(1, 0, 10), put(2, 15, 40), take(1, 22, 60), take(0, 20, 30), take(2, 70, 80)}));
}

// --- against all orders
// ----------------------------------------------------------------------------

struct Model {
  std::uint64_t value = 0;
  std::deque<std::uint64_t> queue;

  // Does it; false if the answer was another.
  bool apply(const Operation& operation) {
    switch (operation.kind) {
      case OperationKind::kWrite:
        value = operation.argument;
        return true;
      case OperationKind::kRead:
        return operation.result == value;
      case OperationKind::kPut:
        queue.push_back(operation.argument);
        return true;
      case OperationKind::kTake: {
        const std::uint64_t found = queue.empty() ? 0 : queue.front();
        if (!queue.empty()) {
          queue.pop_front();
        }
        return !operation.completed || operation.result == found;
      }
    }
    return false;
  }
};

// Tries every order that keeps to real time; what has no answer may be left out.
bool some_order(const History& history, std::vector<bool>& done, const Model& model) {
  Instant earliest_end = kNever;
  bool all_answered = true;
  for (std::size_t place = 0; place < history.size(); ++place) {
    if (!done[place] && history[place].completed) {
      earliest_end = std::min(earliest_end, *history[place].completed);
      all_answered = false;
    }
  }
  if (all_answered) {
    return true;
  }
  for (std::size_t place = 0; place < history.size(); ++place) {
    if (done[place] || history[place].invoked > earliest_end) {
      continue;
    }
    Model after = model;
    if (after.apply(history[place])) {
      done[place] = true;
      if (some_order(history, done, after)) {
        return true;
      }
      done[place] = false;
    }
  }
  return false;
}

// Up to six operations at different times, with answers that are nearly right.
History random_history(Chance& chance, bool queue) {
  History history;
  const std::uint64_t size = chance.between(2, 6);
  std::vector<int> times(2 * size);
  for (std::size_t place = 0; place < times.size(); ++place) {
    times[place] = static_cast<int>(place);
  }
  for (std::size_t place = times.size() - 1; place > 0; --place) {
    std::swap(times[place], times[chance.below(place + 1)]);
  }
  for (std::uint64_t number = 0; number < size; ++number) {
    const int first = std::min(times[2 * number], times[2 * number + 1]);
    const int last = std::max(times[2 * number], times[2 * number + 1]);
    const bool writes = chance.one_in(2);
    // Without an answer only what changes something matters.
    const int completed = chance.one_in(8) && (writes || queue) ? -1 : last;
    const std::uint64_t value = writes ? number + 1 : chance.below(size + 1);
    const auto kind = queue ? (writes ? OperationKind::kPut : OperationKind::kTake)
                            : (writes ? OperationKind::kWrite : OperationKind::kRead);
    history.push_back(operation(kind, completed < 0 && !writes ? 0 : value, first, completed));
  }
  return history;
}

TEST(Linearizable, register_agrees_with_all_orders) {
  Chance chance(1);
  int good = 0;
  for (int round = 0; round < 60'000; ++round) {
    const History history = random_history(chance, false);
    std::vector<bool> done(history.size());
    const bool expected = some_order(history, done, {});
    good += expected ? 1 : 0;
    ASSERT_EQ(fine(history), expected)
        << "round " << round << ": " << check_linearizable(history).value_or("nothing wrong");
  }
  EXPECT_GT(good, 5'000);
}

// With an unanswered take the queue's checker forgives more than it could; without, it is exact.
TEST(Linearizable, queue_agrees_with_all_orders) {
  Chance chance(2);
  int good = 0;
  for (int round = 0; round < 60'000; ++round) {
    const History history = random_history(chance, true);
    std::vector<bool> done(history.size());
    const bool expected = some_order(history, done, {});
    good += expected ? 1 : 0;
    const bool open_take = std::any_of(history.begin(), history.end(), [](const Operation& one) {
      return one.kind == OperationKind::kTake && !one.completed;
    });
    const bool agrees = fine(history) == expected || (open_take && fine(history));
    ASSERT_TRUE(agrees) << "round " << round << ": "
                        << check_linearizable(history).value_or("nothing wrong");
  }
  EXPECT_GT(good, 5'000);
}

}  // namespace
}  // namespace godwit::sim
