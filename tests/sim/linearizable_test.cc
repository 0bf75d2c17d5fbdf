// The checkers against tables, and against a search through all orders that there may be.
#include "tests/sim/linearizable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/sim/chance.h"

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kOpen = -1;  // No answer.

Operation operation(OperationKind kind, std::uint64_t value, int invoked, int completed) {
  const bool argued = kind == OperationKind::kWrite || kind == OperationKind::kPut;
  Operation one{.kind = kind,
                .argument = argued ? value : 0,
                .result = argued ? 0 : value,
                .invoked = Instant(milliseconds(invoked))};
  if (completed != kOpen) {
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
Operation open_take(int invoked) { return take(0, invoked, kOpen); }

bool fine(const History& history) { return !check_linearizable(history).has_value(); }

TEST(Linearizable, register_gives_what_was_written_last) {
  EXPECT_TRUE(fine({write(1, 0, 10), read(1, 20, 30)}));
  EXPECT_TRUE(fine({read(0, 0, 5), write(1, 10, 20)}));
  EXPECT_FALSE(fine({write(1, 0, 10), read(0, 20, 30)}));
  EXPECT_TRUE(fine({write(1, 0, 10), write(2, 20, 30), read(2, 40, 50)}));
  EXPECT_FALSE(fine({write(1, 0, 10), write(2, 20, 30), read(1, 40, 50)}));
}

TEST(Linearizable, register_does_not_go_back) {
  // Both reads overlap the write, and the second begins after the first.
  EXPECT_TRUE(fine({write(1, 0, 100), read(0, 10, 20), read(1, 30, 40)}));
  EXPECT_FALSE(fine({write(1, 0, 100), read(1, 10, 20), read(0, 30, 40)}));
  EXPECT_TRUE(fine({write(1, 0, 90), write(2, 0, 90), read(1, 10, 20), read(2, 30, 40)}));
  EXPECT_FALSE(
      fine({write(1, 0, 90), write(2, 0, 90), read(1, 10, 20), read(2, 30, 40), read(1, 50, 60)}));
}

TEST(Linearizable, register_knows_no_value_from_nowhere_or_from_later) {
  EXPECT_FALSE(fine({read(7, 0, 10)}));
  EXPECT_FALSE(fine({read(1, 0, 10), write(1, 20, 30)}));
  EXPECT_TRUE(fine({read(1, 0, 20), write(1, 20, 30)}));
}

TEST(Linearizable, what_begins_when_another_ends_may_come_before_it) {
  EXPECT_TRUE(fine({write(1, 0, 10), write(2, 10, 20), read(1, 30, 40)}));
  EXPECT_FALSE(fine({write(1, 0, 10), write(2, 11, 20), read(1, 30, 40)}));
  EXPECT_TRUE(fine({put(1, 0, 10), put(2, 10, 20), take(2, 30, 40), take(1, 50, 60)}));
  EXPECT_TRUE(fine({put(1, 0, 10), take(0, 10, 20), take(1, 30, 40)}));
  EXPECT_TRUE(fine({put(1, 0, 10), take(0, 20, 30), take(1, 30, 40)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(0, 11, 30), take(1, 31, 40)}));
}

TEST(Linearizable, a_write_without_an_answer_may_have_happened_once) {
  EXPECT_TRUE(fine({write(1, 0, kOpen), read(0, 10, 20)}));
  EXPECT_TRUE(fine({write(1, 0, kOpen), read(1, 10, 20)}));
  EXPECT_TRUE(fine({write(1, 0, kOpen), read(0, 10, 20), read(1, 30, 40)}));
  EXPECT_FALSE(fine({write(1, 0, kOpen), read(1, 10, 20), read(0, 30, 40)}));
  EXPECT_FALSE(fine({read(1, 0, 10), write(1, 20, kOpen)}));
  EXPECT_TRUE(fine({write(1, 0, 10), read(0, 20, kOpen)}));
}

TEST(Linearizable, queue_gives_everything_once_and_only_what_was_put) {
  EXPECT_TRUE(fine({put(1, 0, 10), take(1, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(1, 20, 30), take(1, 40, 50)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(2, 20, 30)}));
  EXPECT_FALSE(fine({take(1, 0, 10), put(1, 20, 30)}));
  EXPECT_TRUE(fine({take(1, 0, 25), put(1, 20, 30)}));
  EXPECT_TRUE(fine({put(1, 0, kOpen), take(1, 20, 30)}));
}

TEST(Linearizable, queue_gives_values_in_the_order_they_came_in) {
  EXPECT_TRUE(fine({put(1, 0, 10), put(2, 20, 30), take(1, 40, 50), take(2, 60, 70)}));
  EXPECT_FALSE(fine({put(1, 0, 10), put(2, 20, 30), take(2, 40, 50), take(1, 60, 70)}));
  EXPECT_TRUE(fine({put(1, 0, 25), put(2, 20, 30), take(2, 40, 50), take(1, 60, 70)}));
  EXPECT_TRUE(fine({put(1, 0, 10), put(2, 20, 30), take(2, 40, 60), take(1, 50, 70)}));
  EXPECT_TRUE(fine({put(1, 0, kOpen), put(2, 20, 30), take(2, 40, 50), take(1, 60, 70)}));
}

TEST(Linearizable, a_lost_value_needs_a_take_that_may_have_had_it_in_time) {
  const History lost = {put(1, 0, 10), put(2, 20, 30), take(2, 40, 50)};
  const auto with = [](History history, const History& more) {
    history.insert(history.end(), more.begin(), more.end());
    return history;
  };
  EXPECT_FALSE(fine(lost));
  EXPECT_TRUE(fine(with(lost, {open_take(5)})));
  EXPECT_TRUE(fine(with(lost, {open_take(50)})));
  EXPECT_FALSE(fine(with(lost, {open_take(51)})));
  // One take for two values.
  EXPECT_FALSE(fine(with(lost, {open_take(5), put(3, 0, 10)})));
  EXPECT_TRUE(fine(with(lost, {open_take(5), put(3, 0, 10), open_take(45)})));
  // The other value may still be there, or was never put.
  EXPECT_TRUE(fine(with(lost, {open_take(5), put(3, 15, 25)})));
  EXPECT_TRUE(fine(with(lost, {open_take(5), put(3, 0, kOpen)})));
}

TEST(Linearizable, queue_is_empty_only_when_it_may_be) {
  EXPECT_TRUE(fine({take(0, 0, 10), put(1, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(0, 20, 30), take(1, 40, 50)}));
  EXPECT_TRUE(fine({put(1, 0, 10), take(0, 20, 30), take(1, 25, 50)}));
  EXPECT_TRUE(fine({put(1, 0, kOpen), take(0, 20, 30), take(1, 40, 50)}));
  EXPECT_FALSE(fine({put(1, 0, 10), take(0, 20, 30)}));
  // One value after the other covers the whole time.
  EXPECT_FALSE(
      fine({put(1, 0, 10), put(2, 15, 18), take(1, 22, 60), take(0, 20, 30), take(2, 70, 80)}));
  EXPECT_TRUE(
      fine({put(1, 0, 10), put(2, 15, 40), take(1, 22, 60), take(0, 20, 30), take(2, 70, 80)}));
}

TEST(Linearizable, queue_is_empty_when_unanswered_takes_may_have_emptied_it) {
  EXPECT_TRUE(fine({put(1, 0, 10), open_take(5), take(0, 20, 30)}));
  EXPECT_TRUE(fine({put(1, 0, 10), open_take(30), take(0, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), open_take(31), take(0, 20, 30)}));
  EXPECT_FALSE(fine({put(1, 0, 10), put(2, 0, 10), open_take(5), take(0, 20, 30)}));
  // It may be empty before 2 came, but not after.
  EXPECT_TRUE(fine({put(1, 0, 10), open_take(5), take(0, 20, 30), put(2, 22, 24)}));
  EXPECT_FALSE(fine({put(1, 0, 10), open_take(25), take(0, 20, 30), put(2, 22, 24)}));
}

TEST(Linearizable, objects_are_judged_each_by_itself) {
  History history = {write(1, 0, 10), read(0, 20, 30), put(1, 0, 10), take(0, 20, 30)};
  EXPECT_FALSE(fine(history));
  history[1].object = history[3].object = 1;
  EXPECT_TRUE(fine(history));
}

TEST(Linearizable, violations_name_clients_values_and_times) {
  History history = {write(11, 0, 10), read(0, 20, 30)};
  history[0].client = 4;
  history[1].client = 5;
  EXPECT_THAT(check_linearizable(history).value_or(""),
              AllOf(HasSubstr("register 0: the write of 0 before everything was over before"),
                    HasSubstr("the write of 11 by client 4 (0.000 to 10.000 ms)"),
                    HasSubstr("the read that gave 0 by client 5 (20.000 to 30.000 ms)")));
  history = {put(11, 0, 10), take(0, 20, 30), open_take(31)};
  EXPECT_THAT(check_linearizable(history).value_or(""),
              AllOf(HasSubstr("queue 0: the take that gave 0 by client 0 (20.000 to 30.000 ms)"),
                    HasSubstr("11 from the put of 11 by client 0 (0.000 to 10.000 ms)"),
                    HasSubstr("lost: 1, unanswered takes: 0")));
}

// --- against all orders ---

struct Model {
  std::uint64_t value = 0;
  std::deque<std::uint64_t> queue;

  // Does it and returns the answer.
  std::uint64_t apply(const Operation& operation) {
    std::uint64_t found = 0;
    switch (operation.kind) {
      case OperationKind::kWrite:
        value = operation.argument;
        break;
      case OperationKind::kRead:
        return value;
      case OperationKind::kPut:
        queue.push_back(operation.argument);
        break;
      case OperationKind::kTake:
        if (!queue.empty()) {
          found = queue.front();
          queue.pop_front();
        }
        break;
    }
    return found;
  }
};

// Tries every order that keeps to real time; what has no answer may be left out.
bool some_order(const History& history, std::vector<bool>& done, const Model& model) {
  Instant earliest_end = kNever;
  for (std::size_t place = 0; place < history.size(); ++place) {
    if (!done[place]) {
      earliest_end = std::min(earliest_end, history[place].completed.value_or(kNever));
    }
  }
  if (earliest_end == kNever) {
    return true;
  }
  for (std::size_t place = 0; place < history.size(); ++place) {
    const Operation& operation = history[place];
    if (done[place] || operation.invoked > earliest_end) {
      continue;
    }
    Model after = model;
    if (after.apply(operation) == operation.result || !operation.completed) {
      done[place] = true;
      if (some_order(history, done, after)) {
        return true;
      }
      done[place] = false;
    }
  }
  return false;
}

// What a real object answers when each operation happens at an instant of its own, as asked for at
// most `reach` earlier and answered at most `reach` later.
History real_history(Chance& chance, bool queue, std::uint64_t size, std::uint64_t reach) {
  History history;
  Model model;
  for (std::uint64_t number = 1; number <= size; ++number) {
    const bool changes = chance.one_in(2);
    const auto kind = queue ? (changes ? OperationKind::kPut : OperationKind::kTake)
                            : (changes ? OperationKind::kWrite : OperationKind::kRead);
    // Two by two, so that there are both equal instants and different ones.
    const std::uint64_t at = reach + number * 2;
    Operation one =
        operation(kind, changes ? number : 0, static_cast<int>(at - chance.below(reach)),
                  static_cast<int>(at + chance.below(reach)));
    if (chance.one_in(6)) {
      one.completed.reset();
    }
    if (one.completed || chance.one_in(2)) {
      one.result = model.apply(one);
    }
    if (!one.completed) {
      one.result = 0;
    }
    history.push_back(one);
  }
  return history;
}

// Four to seven operations, some of whose answers were exchanged or replaced.
History nearly_real_history(Chance& chance, bool queue) {
  const std::uint64_t size = chance.between(4, 7);
  History history = real_history(chance, queue, size, chance.between(1, 8));
  std::vector<Operation*> answers;
  for (Operation& one : history) {
    if (one.argument == 0 && one.completed) {
      answers.push_back(&one);
    }
  }
  for (std::uint64_t change = answers.empty() ? 0 : chance.below(4); change > 0; --change) {
    if (chance.one_in(2)) {
      std::swap(chance.pick(answers)->result, chance.pick(answers)->result);
    } else {
      chance.pick(answers)->result = chance.pick(history).argument;
    }
  }
  return history;
}

std::string text_of(const History& history) {
  std::string text;
  for (const Operation& one : history) {
    const auto at = [](Instant instant) {
      return std::to_string(instant.time_since_epoch() / milliseconds(1));
    };
    text += "\n" + std::to_string(static_cast<int>(one.kind)) + " " +
            std::to_string(one.argument + one.result) + " " + at(one.invoked) + " " +
            (one.completed ? at(*one.completed) : "?");
  }
  return text;
}

void compare_with_all_orders(bool queue, int rounds) {
  Chance chance(queue ? 2 : 1);
  int good = 0;
  for (int round = 0; round < rounds; ++round) {
    const History history = nearly_real_history(chance, queue);
    std::vector<bool> done(history.size());
    const bool expected = some_order(history, done, {});
    good += expected ? 1 : 0;
    const auto wrong = check_linearizable(history);
    ASSERT_EQ(!wrong, expected) << wrong.value_or("nothing wrong") << text_of(history);
  }
  EXPECT_GT(good, rounds / 4);
  EXPECT_GT(rounds - good, rounds / 5);
}

TEST(Linearizable, register_agrees_with_all_orders) { compare_with_all_orders(false, 60'000); }

TEST(Linearizable, queue_agrees_with_all_orders) { compare_with_all_orders(true, 60'000); }

TEST(Linearizable, long_histories_of_real_objects_are_fine) {
  Chance chance(3);
  EXPECT_TRUE(fine(real_history(chance, false, 20'000, 40)));
  EXPECT_TRUE(fine(real_history(chance, true, 20'000, 40)));
}

}  // namespace
}  // namespace godwit::sim
