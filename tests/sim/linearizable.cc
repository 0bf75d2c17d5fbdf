#include "tests/sim/linearizable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

// Throughout: one operation comes before another if it was answered before the other was asked for.
// At the same instant either order may be, so every comparison of an end with a begin is strict.

namespace godwit::sim {
namespace {

using Operations = std::vector<const Operation*>;

double milliseconds_of(Instant instant) {
  return std::chrono::duration<double, std::milli>(instant.time_since_epoch()).count();
}

// Until when an operation may have happened.
Instant end_of(const Operation& operation) { return operation.completed.value_or(kNever); }

std::string text_of(const Operation& operation) {
  constexpr std::array<std::string_view, 4> kNames = {"write", "read", "put", "take"};
  const bool argued =
      operation.kind == OperationKind::kWrite || operation.kind == OperationKind::kPut;
  return fmt::format(
      "the {} {} {} by client {} ({:.3f} to {} ms)",
      kNames[static_cast<std::size_t>(operation.kind)], argued ? "of" : "that gave",
      argued ? operation.argument : operation.result, operation.client,
      milliseconds_of(operation.invoked),
      operation.completed ? fmt::format("{:.3f}", milliseconds_of(*operation.completed)) : "?");
}

// --- registers ---

// A write and the reads of its value: as values are written once, these follow each other without
// another write in between. The zone lies between the first end and the last begin. Forward, when
// the first end is earlier: the register had this value all the time between. Backward, else: some
// instant between suffices.
struct Zone {
  const Operation* write = nullptr;         // None: the value 0, written before everything.
  const Operation* first_to_end = nullptr;  // None: that write of 0.
  const Operation* last_to_begin = nullptr;
  Instant first_end = kNever;
  Instant last_begin = Instant::min();

  void add(const Operation& operation) {
    if (end_of(operation) < first_end) {
      first_to_end = &operation;
      first_end = end_of(operation);
    }
    if (operation.invoked >= last_begin) {
      last_to_begin = &operation;
      last_begin = operation.invoked;
    }
  }
  [[nodiscard]] bool forward() const { return first_end < last_begin; }
  [[nodiscard]] Instant low() const { return std::min(first_end, last_begin); }
  [[nodiscard]] Instant high() const { return std::max(first_end, last_begin); }
};

using Zones = std::map<std::uint64_t, Zone>;

// Fails for a read whose value nobody wrote, or only later.
std::optional<std::string> collect_zones(const Operations& operations, Zones& zones) {
  zones[0].first_end = Instant::min();
  for (const Operation* operation : operations) {
    if (operation->kind == OperationKind::kWrite) {
      const auto [zone, unique] = zones.emplace(operation->argument, Zone{.write = operation});
      CHECK(unique);
      zone->second.add(*operation);
    }
  }
  for (const Operation* operation : operations) {
    if (operation->kind != OperationKind::kRead || !operation->completed) {
      continue;  // A read without an answer says nothing.
    }
    const auto zone = zones.find(operation->result);
    if (zone == zones.end()) {
      return text_of(*operation) + " gave what nobody wrote";
    }
    const Operation* write = zone->second.write;
    if (write != nullptr && *operation->completed < write->invoked) {
      return fmt::format("{} was over before {} began", text_of(*operation), text_of(*write));
    }
    zone->second.add(*operation);
  }
  return std::nullopt;
}

// Something of `one` was over before something of `other` began, and the other way round.
std::string conflict(const Zone& one, const Zone& other) {
  const auto name = [](const Operation* operation) {
    return operation == nullptr ? "the write of 0 before everything" : text_of(*operation);
  };
  return fmt::format("{} was over before {} began, and {} before {}: neither value can come first",
                     name(one.first_to_end), name(other.last_to_begin), name(other.first_to_end),
                     name(one.last_to_begin));
}

// Value A has to come before B if A's first end is before B's last begin. Among values that have to
// come before each other in a circle, the one with the last begin of all is in conflict with the
// one that follows it, so that looking at pairs is enough; and a pair is in conflict if two forward
// zones overlap, or a backward zone lies strictly within a forward one.
std::optional<std::string> check_register(const Operations& operations) {
  Zones zones;
  if (auto wrong = collect_zones(operations, zones)) {
    return wrong;
  }
  std::vector<const Zone*> order;
  for (const auto& [value, zone] : zones) {
    // A write without an answer need not have happened, unless its value was read: then it did,
    // and the end of its zone is that of its first read.
    if (zone.first_end != kNever) {
      order.push_back(&zone);
    }
  }
  // Of two that begin together neither is within the other, so the backward one goes first, where
  // it meets no forward one but those that begin earlier.
  std::ranges::sort(order, {},
                    [](const Zone* zone) { return std::pair(zone->low(), zone->forward()); });
  // Forward zones that do not overlap end in the order in which they begin: the last is enough.
  const Zone* last = nullptr;
  for (const Zone* zone : order) {
    if (last != nullptr && last->high() > (zone->forward() ? zone->low() : zone->high())) {
      return conflict(*last, *zone);
    }
    if (zone->forward()) {
      last = zone;
    }
  }
  return std::nullopt;
}

// --- queues ---
//
// A put without an answer whose value was given to nobody is left out: with it and the take that
// may have removed it, nothing becomes possible that is not without. One whose value was given to
// somebody happened, with its end at infinity.
//
// What is left are the *lost* values, whose puts were answered and which no answered take gave, and
// the takes without an answer. Each of those may have removed one lost value, at any time from when
// it was asked for; its end is at infinity, so it never comes before anything. Which took which
// need not be tried. What the rules below demand is always that by some instant all lost values put
// before another instant are gone: sets of which one contains the other, with deadlines that grow
// with them. By Hall's theorem there is a choice exactly if by each such deadline at least as many
// of these takes had begun as values must be gone. No rule makes another one's demand harder.

std::ptrdiff_t count_before(const std::vector<Instant>& sorted, Instant instant) {
  return std::lower_bound(sorted.begin(), sorted.end(), instant) - sorted.begin();
}
std::ptrdiff_t count_until(const std::vector<Instant>& sorted, Instant instant) {
  return std::upper_bound(sorted.begin(), sorted.end(), instant) - sorted.begin();
}

struct Passage {
  const Operation* put = nullptr;
  const Operation* take = nullptr;  // That was answered with the value.
};

struct Queue {
  std::map<std::uint64_t, Passage> passages;
  Operations takes;            // All of them.
  std::vector<Passage> taken;  // Those with a take.
  Operations lost;             // The puts, by their ends.
  // Sorted. A value that was taken was certainly in the queue strictly between the end of its put
  // and the begin of its take, if these are in this order.
  std::vector<Instant> present_from;
  std::vector<Instant> present_until;
  std::vector<Instant> lost_from;
  std::vector<Instant> open_from;  // The begins of the takes without an answer.

  [[nodiscard]] bool may_be_empty(Instant instant) const {
    return count_before(present_from, instant) == count_until(present_until, instant) &&
           count_before(lost_from, instant) <= count_until(open_from, instant);
  }
};

// Fails for a value that nobody put, or only later, or that was taken before.
std::optional<std::string> collect_passages(const Operations& operations, Queue& queue) {
  for (const Operation* operation : operations) {
    if (operation->kind == OperationKind::kPut) {
      CHECK(operation->argument != 0);
      CHECK(queue.passages.emplace(operation->argument, Passage{.put = operation}).second);
    } else if (operation->kind == OperationKind::kTake) {
      queue.takes.push_back(operation);
    }
  }
  for (const Operation* take : queue.takes) {
    if (!take->completed || take->result == 0) {
      continue;
    }
    const auto passage = queue.passages.find(take->result);
    if (passage == queue.passages.end()) {
      return text_of(*take) + " gave what nobody put";
    }
    auto& [put, earlier] = passage->second;
    if (earlier != nullptr) {
      return fmt::format("{} gave what {} gave too", text_of(*take), text_of(*earlier));
    }
    if (*take->completed < put->invoked) {
      return fmt::format("{} was over before {} began", text_of(*take), text_of(*put));
    }
    earlier = take;
  }
  return std::nullopt;
}

void sort_out(Queue& queue) {
  for (const auto& [value, passage] : queue.passages) {
    const auto& [put, take] = passage;
    if (take != nullptr) {
      queue.taken.push_back(passage);
      if (end_of(*put) < take->invoked) {
        queue.present_from.push_back(end_of(*put));
        queue.present_until.push_back(take->invoked);
      }
    } else if (put->completed) {
      queue.lost.push_back(put);
      queue.lost_from.push_back(*put->completed);
    }
  }
  for (const Operation* take : queue.takes) {
    if (!take->completed) {
      queue.open_from.push_back(take->invoked);
    }
  }
  for (auto* instants :
       {&queue.present_from, &queue.present_until, &queue.lost_from, &queue.open_from}) {
    std::ranges::sort(*instants);
  }
  std::ranges::sort(queue.lost, {}, [](const Operation* put) { return end_of(*put); });
}

// Of two values that were given to somebody, the one whose put came before the other's must not
// have the take that came after the other's. Of all values put before, the one whose take began
// last is the one to compare with.
std::optional<std::string> check_order(const Queue& queue) {
  std::vector<Passage> by_end = queue.taken;
  std::vector<Passage> by_begin = queue.taken;
  std::ranges::sort(by_end, {}, [](const Passage& one) { return end_of(*one.put); });
  std::ranges::sort(by_begin, {}, [](const Passage& one) { return one.put->invoked; });
  const Passage* slowest = nullptr;
  auto before = by_end.begin();
  for (const Passage& passage : by_begin) {
    for (; before != by_end.end() && end_of(*before->put) < passage.put->invoked; ++before) {
      if (slowest == nullptr || before->take->invoked > slowest->take->invoked) {
        slowest = &*before;
      }
    }
    if (slowest != nullptr && end_of(*passage.take) < slowest->take->invoked) {
      return fmt::format("{} was over before {} began, though {} was over before {} began",
                         text_of(*passage.take), text_of(*slowest->take), text_of(*slowest->put),
                         text_of(*passage.put));
    }
  }
  return std::nullopt;
}

// When a value was given to somebody, every lost value put before it was gone.
std::optional<std::string> check_lost(const Queue& queue) {
  for (const auto& [put, take] : queue.taken) {
    const auto gone = count_before(queue.lost_from, put->invoked);
    const auto able = count_until(queue.open_from, end_of(*take));
    if (gone > able) {
      const Operation& lost = *queue.lost[static_cast<std::size_t>(gone - 1)];
      return fmt::format(
          "{} overtook {}: before {} began {} lost values were put, and {} "
          "unanswered takes can have had them",
          text_of(*take), text_of(lost), text_of(*put), gone, able);
    }
  }
  return std::nullopt;
}

// Something that was in the queue at an instant at which it cannot be empty.
std::string content_at(const Queue& queue, Instant instant) {
  for (const auto& [put, take] : queue.taken) {
    if (end_of(*put) < instant && instant < take->invoked) {
      return fmt::format("{} from {} until {}", put->argument, text_of(*put), text_of(*take));
    }
  }
  const auto lost = count_before(queue.lost_from, instant);
  CHECK(lost > 0);
  const Operation& put = *queue.lost[static_cast<std::size_t>(lost - 1)];
  return fmt::format("{} from {} or another lost value (lost: {}, unanswered takes: {})",
                     put.argument, text_of(put), lost, count_until(queue.open_from, instant));
}

// A take that found nothing needs one instant at which the queue may be empty. Going back in time
// from such an instant, it stays one at least until a take began: that of a value, before which
// this value was there, or one without an answer, before which it had removed nothing. So the
// begins of takes, its own included, are the only instants to look at.
std::optional<std::string> check_empty(const Queue& queue) {
  std::vector<Instant> empty;
  for (const Operation* take : queue.takes) {
    if (queue.may_be_empty(take->invoked)) {
      empty.push_back(take->invoked);
    }
  }
  std::ranges::sort(empty);
  for (const Operation* take : queue.takes) {
    if (!take->completed || take->result != 0 ||
        count_before(empty, take->invoked) < count_until(empty, *take->completed)) {
      continue;
    }
    const std::string first = content_at(queue, take->invoked);
    const std::string last = content_at(queue, *take->completed);
    return fmt::format("{} found nothing, though the queue was never empty meanwhile: it had {}{}",
                       text_of(*take), first,
                       last == first ? "" : " at first, and at last " + last);
  }
  return std::nullopt;
}

std::optional<std::string> check_queue(const Operations& operations) {
  Queue queue;
  if (auto wrong = collect_passages(operations, queue)) {
    return wrong;
  }
  sort_out(queue);
  for (const auto rule : {check_order, check_lost, check_empty}) {
    if (auto wrong = rule(queue)) {
      return wrong;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_linearizable(const History& history) {
  std::map<std::uint32_t, Operations> registers;
  std::map<std::uint32_t, Operations> queues;
  for (const Operation& operation : history) {
    const bool on_register =
        operation.kind == OperationKind::kWrite || operation.kind == OperationKind::kRead;
    (on_register ? registers : queues)[operation.object].push_back(&operation);
  }
  for (const auto& [object, operations] : registers) {
    if (auto wrong = check_register(operations)) {
      return fmt::format("register {}: {}", object, *wrong);
    }
  }
  for (const auto& [object, operations] : queues) {
    if (auto wrong = check_queue(operations)) {
      return fmt::format("queue {}: {}", object, *wrong);
    }
  }
  return std::nullopt;
}

}  // namespace godwit::sim
