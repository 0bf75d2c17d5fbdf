// The log against a naive one that keeps everything: what is in the log, and for each entry whether
// the storage has it for good.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "cluster/raft/log.h"
#include "tests/unit/raft/replica_kit.h"

namespace godwit::raft {
namespace {

// Each appended entry is another one, even under the same term and index.
struct Kept {
  LogPosition position;
  std::uint64_t identity;
  bool asked = false;
  std::size_t bytes = 0;
};

class Naive {
 public:
  [[nodiscard]] LogPosition last() const { return log.empty() ? start : log.back().position; }
  // Every entry up to there is on the disk, which is the same one that is in the log.
  [[nodiscard]] LogIndex durable() const {
    if (reset_waits) {
      return LogIndex(0);
    }
    LogIndex end = start.index;
    for (const Kept& one : log) {
      if (!disk.contains(one.identity)) {
        break;
      }
      end = one.position.index;
    }
    return end;
  }

  LogPosition start;
  std::vector<Kept> log;
  std::set<std::uint64_t> disk;                     // Identities.
  std::deque<std::vector<std::uint64_t>> requests;  // Identities asked for, by request.
  std::deque<bool> brings_reset;                    // The same place in both.
  bool reset_waits = false;
  LogIndex commit;
  LogIndex applied;
};

class Game {
 public:
  explicit Game(std::uint64_t seed) : engine_(seed) {}

  void play(int moves) {
    for (int move = 0; move < moves && !testing::Test::HasFailure(); ++move) {
      act();
      compare();
    }
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

  void act() {
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return append();
      case 3:
        return truncate();
      case 4:
        return ask();
      case 5:
      case 6:
        return persist();
      case 7:
        return commit();
      case 8:
        return apply();
      default:
        return below(8) == 0 ? reset() : log_.trim(below(200));
    }
  }

  void append() {
    const Term term(naive_.last().term.value() + below(2) +
                    (naive_.last().term == Term(0) ? 1 : 0));
    const Entry one = entry(term.value(), naive_.last().index.value() + 1, below(20));
    naive_.log.push_back({one.position(), ++identities_, false, one.size_bytes()});
    log_.append(one);
  }
  void truncate() {
    const std::uint64_t kept = naive_.commit.value();
    if (naive_.last().index.value() == kept) {
      return;
    }
    const LogIndex from(kept + 1 + below(naive_.last().index.value() - kept));
    naive_.log.resize(from.value() - naive_.start.index.value() - 1);
    log_.truncate_from(from);
  }
  void ask() {
    std::vector<std::uint64_t> wanted;
    std::vector<LogIndex> indexes;
    for (Kept& one : naive_.log) {
      if (!one.asked) {
        one.asked = true;
        wanted.push_back(one.identity);
        indexes.push_back(one.position.index);
      }
    }
    EXPECT_EQ(log_.has_unasked(), !wanted.empty());
    const std::vector<Entry> taken = log_.take_unasked();
    ASSERT_EQ(taken.size(), indexes.size());
    for (std::size_t place = 0; place < taken.size(); ++place) {
      EXPECT_EQ(taken[place].index, indexes[place]);
    }
    log_.requested(PersistNumber(++number_));
    naive_.requests.push_back(std::move(wanted));
    naive_.brings_reset.push_back(std::exchange(reset_unasked_, false));
  }
  void persist() {
    const std::uint64_t count = std::min<std::uint64_t>(below(3), naive_.requests.size());
    if (count == 0) {
      return;
    }
    const LogIndex before = naive_.durable();
    for (std::uint64_t done = 0; done < count; ++done) {
      naive_.disk.insert(naive_.requests.front().begin(), naive_.requests.front().end());
      if (naive_.brings_reset.front()) {
        resets_waiting_ -= 1;
        naive_.reset_waits = resets_waiting_ > 0;
      }
      naive_.requests.pop_front();
      naive_.brings_reset.pop_front();
    }
    persisted_ += count;
    EXPECT_EQ(log_.persisted(PersistNumber(persisted_)), naive_.durable() > before);
  }
  void commit() {
    const std::uint64_t open = naive_.last().index.value() - naive_.commit.value();
    naive_.commit = plus(naive_.commit, below(open + 1));
    log_.commit_to(naive_.commit);
  }
  void apply() {
    const LogIndex end = std::min(naive_.commit, naive_.durable());
    EXPECT_EQ(log_.has_committed(), naive_.applied < end);
    const std::size_t limit = below(120);
    std::size_t bytes = 0;
    for (const Entry& one : log_.take_committed(limit)) {
      EXPECT_TRUE(bytes == 0 || bytes + one.size_bytes() <= limit);
      bytes += one.size_bytes();
      EXPECT_EQ(one.index, next(naive_.applied));
      naive_.applied = one.index;
    }
    EXPECT_LE(naive_.applied, std::max(end, naive_.start.index));
  }
  void reset() {
    const LogPosition last{next(naive_.last().term), plus(naive_.commit, 1 + below(5))};
    log_.reset(last);
    naive_.log.clear();
    naive_.start = last;
    naive_.commit = naive_.applied = last.index;
    // One request brings all resets that were not asked for.
    resets_waiting_ += reset_unasked_ ? 0 : 1;
    reset_unasked_ = naive_.reset_waits = true;
  }

  void compare() {
    EXPECT_EQ(log_.last(), naive_.last());
    EXPECT_EQ(log_.commit(), naive_.commit);
    EXPECT_EQ(log_.applied(), naive_.applied);
    EXPECT_EQ(log_.durable(), naive_.durable());
    EXPECT_EQ(log_.requests_pending(), !naive_.requests.empty());
    std::size_t uncommitted = 0;
    std::size_t in_memory = 0;
    for (const Kept& one : naive_.log) {
      uncommitted += one.position.index > naive_.commit ? one.bytes : 0;
      const bool kept = one.position.index > log_.memory_start().index;
      in_memory += kept ? one.bytes : 0;
      EXPECT_TRUE(kept || one.position.index <= naive_.applied);
      EXPECT_EQ(log_.term_at(one.position.index), one.position.index >= log_.memory_start().index
                                                      ? std::optional(one.position.term)
                                                      : std::nullopt);
    }
    EXPECT_EQ(log_.uncommitted_bytes(), uncommitted);
    EXPECT_EQ(log_.memory_bytes(), in_memory);
    EXPECT_FALSE(log_.term_at(next(naive_.last().index)).has_value());
  }

  std::mt19937_64 engine_;
  Log log_{{}, LogIndex(1), {}};
  Naive naive_;
  std::uint64_t identities_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t persisted_ = 0;
  std::uint64_t resets_waiting_ = 0;
  bool reset_unasked_ = false;
};

TEST(LogRandom, is_as_a_naive_one) {
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Game(seed).play(300);
  }
}

// What the limits of entries_from and last_not_after mean, against a plain search.
TEST(LogRandom, finds_what_a_plain_search_finds) {
  std::mt19937_64 engine(7);
  for (int run = 0; run < 500; ++run) {
    std::vector<Entry> list;
    std::uint64_t term = 1;
    for (std::uint64_t index = 1; index <= 1 + engine() % 12; ++index) {
      term += engine() % 3 == 0 ? 1 + engine() % 2 : 0;
      list.push_back(entry(term, index, engine() % 30));
    }
    const Log log({}, LogIndex(1), list);
    const LogIndex index(engine() % 15);
    const Term most(engine() % 9);
    LogPosition expected;
    for (const Entry& one : list) {
      expected = one.index <= index && one.term <= most ? one.position() : expected;
    }
    EXPECT_EQ(log.last_not_after(index, most), expected);
    const std::size_t bytes_max = engine() % 200;
    const std::size_t entries_max = 1 + engine() % 5;
    const auto found = log.entries_from(LogIndex(1), entries_max, bytes_max);
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < list.size() && count < entries_max &&
           (count == 0 || bytes + list[count].size_bytes() <= bytes_max)) {
      bytes += list[count++].size_bytes();
    }
    EXPECT_EQ(found.size(), count);
  }
}

}  // namespace
}  // namespace godwit::raft
