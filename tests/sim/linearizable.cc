#include "tests/sim/linearizable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::sim {
namespace {

double milliseconds_of(Instant instant) {
  return std::chrono::duration<double, std::milli>(instant.time_since_epoch()).count();
}

// When an operation may at last have happened.
Instant end_of(const Operation& operation) { return operation.completed.value_or(kNever); }

std::string text_of(const Operation& operation) {
  constexpr std::array<std::string_view, 4> kNames = {"write", "read", "put", "take"};
  const bool argued =
      operation.kind == OperationKind::kWrite || operation.kind == OperationKind::kPut;
  return fmt::format(
      "{} {} {} by client {} ({:.3f} to {} ms)", kNames[static_cast<std::size_t>(operation.kind)],
      argued ? "of" : "that gave", argued ? operation.argument : operation.result, operation.client,
      milliseconds_of(operation.invoked),
      operation.completed ? fmt::format("{:.3f}", milliseconds_of(*operation.completed)) : "?");
}

// --- registers
// -------------------------------------------------------------------------------------

// All operations on one value: its write and its reads, which follow each other in any order that
// there may be. `first_end` and `last_begin` bound the time in which it was certainly the value
// (first_end < last_begin: a forward zone), or could have been for one instant (a backward zone).
struct Zone {
  std::uint64_t value = 0;
  Instant first_end = kNever;
  Instant last_begin{};

  void add(Instant begin, Instant end) {
    first_end = std::min(first_end, end);
    last_begin = std::max(last_begin, begin);
  }
  [[nodiscard]] bool forward() const { return first_end < last_begin; }
  [[nodiscard]] Instant low() const { return std::min(first_end, last_begin); }
  [[nodiscard]] Instant high() const { return std::max(first_end, last_begin); }
};

struct Register {
  std::map<std::uint64_t, Operation> writes;
  std::vector<Operation> reads;  // That were answered.
};

// A read that was over before the write of its value began, or that nobody wrote at all.
std::optional<std::string> check_origin(const Register& one) {
  for (const Operation& read : one.reads) {
    if (read.result == 0) {
      continue;
    }
    const auto write = one.writes.find(read.result);
    if (write == one.writes.end()) {
      return text_of(read) + ": nobody wrote that";
    }
    if (end_of(read) < write->second.invoked) {
      return text_of(read) + " was over before the " + text_of(write->second);
    }
  }
  return std::nullopt;
}

std::vector<Zone> zones_of(const Register& one) {
  std::map<std::uint64_t, Zone> zones;
  // The first value was written before everything.
  zones[0] = {.value = 0, .first_end = Instant::min(), .last_begin = Instant::min()};
  for (const auto& [value, write] : one.writes) {
    if (write.completed) {
      zones[value].add(write.invoked, *write.completed);
    }
  }
  for (const Operation& read : one.reads) {
    zones[read.result].add(read.invoked, end_of(read));
    // A write that nobody answered has happened if its value was read, after it was asked for.
    if (const auto write = one.writes.find(read.result);
        write != one.writes.end() && !write->second.completed) {
      zones[read.result].add(write->second.invoked, kNever);
    }
  }
  std::vector<Zone> list;
  for (auto& [value, zone] : zones) {
    zone.value = value;
    list.push_back(zone);
  }
  return list;
}

std::optional<std::string> check_register(const Register& one) {
  if (auto wrong = check_origin(one)) {
    return wrong;
  }
  std::vector<Zone> zones = zones_of(one);
  std::sort(zones.begin(), zones.end(),
            [](const Zone& a, const Zone& b) { return a.low() < b.low(); });
  // Forward zones must not overlap, and no backward zone may lie inside a forward one. Sorted by
  // their beginning, the forward zone that reaches furthest is the only one to compare with.
  const Zone* furthest = nullptr;
  for (const Zone& zone : zones) {
    if (furthest != nullptr && furthest->high() > (zone.forward() ? zone.low() : zone.high())) {
      return fmt::format("the register was {} from {:.3f} to {:.3f} ms, and {} in between",
                         furthest->value, milliseconds_of(furthest->low()),
                         milliseconds_of(furthest->high()), zone.value);
    }
    if (zone.forward() && (furthest == nullptr || zone.high() > furthest->high())) {
      furthest = &zone;
    }
  }
  return std::nullopt;
}

// --- queues
// ----------------------------------------------------------------------------------------

// One value's way through the queue.
struct Passage {
  Operation put;
  std::optional<Operation> take;

  // No instant between these is one at which it may not be in the queue.
  [[nodiscard]] Instant certainly_from() const { return end_of(put); }
  [[nodiscard]] Instant certainly_until() const { return take ? take->invoked : kNever; }
};

struct Queue {
  std::map<std::uint64_t, Passage> passages;
  std::vector<Operation> empty_takes;
  std::vector<Operation> open_takes;  // Without an answer: each may have removed one value.
};

std::optional<std::string> collect(const History& operations, Queue& queue) {
  for (const Operation& operation : operations) {
    if (operation.kind == OperationKind::kPut) {
      queue.passages[operation.argument].put = operation;
    }
  }
  for (const Operation& operation : operations) {
    if (operation.kind != OperationKind::kTake) {
      continue;
    }
    if (!operation.completed) {
      queue.open_takes.push_back(operation);
    } else if (operation.result == 0) {
      queue.empty_takes.push_back(operation);
    } else if (const auto passage = queue.passages.find(operation.result);
               passage == queue.passages.end()) {
      return text_of(operation) + ": nobody put that";
    } else if (passage->second.take) {
      return text_of(operation) + ": taken already by the " + text_of(*passage->second.take);
    } else if (*operation.completed < passage->second.put.invoked) {
      return text_of(operation) + " was over before the " + text_of(passage->second.put);
    } else {
      passage->second.take = operation;
    }
  }
  return std::nullopt;
}

// Of two values, the one whose put was over before the other's began must not be taken after the
// other. Sorted by the end of the put, the values before are those of a prefix; of them only the
// one taken latest counts.
std::optional<std::string> check_order(const Queue& queue) {
  std::vector<const Passage*> by_put_end;
  std::vector<const Passage*> by_put_begin;
  for (const auto& [value, passage] : queue.passages) {
    by_put_end.push_back(&passage);
    by_put_begin.push_back(&passage);
  }
  std::sort(by_put_end.begin(), by_put_end.end(),
            [](const Passage* a, const Passage* b) { return end_of(a->put) < end_of(b->put); });
  std::sort(by_put_begin.begin(), by_put_begin.end(),
            [](const Passage* a, const Passage* b) { return a->put.invoked < b->put.invoked; });
  const bool open = !queue.open_takes.empty();
  const auto taken_from = [&](const Passage& passage) {
    if (passage.take) {
      return passage.take->invoked;
    }
    // Never, unless a take that was not answered has it.
    return open ? Instant::min() : kNever;
  };
  const Passage* latest = nullptr;
  auto before = by_put_end.begin();
  for (const Passage* passage : by_put_begin) {
    for (; before != by_put_end.end() && end_of((*before)->put) < passage->put.invoked; ++before) {
      if (latest == nullptr || taken_from(**before) > taken_from(*latest)) {
        latest = *before;
      }
    }
    if (latest != nullptr && passage->take && end_of(*passage->take) < taken_from(*latest)) {
      return text_of(*passage->take) + " overtook the " + text_of(latest->put);
    }
  }
  return std::nullopt;
}

// A take that found nothing, while at each instant some value was certainly there.
std::optional<std::string> check_empty(const Queue& queue) {
  if (!queue.open_takes.empty()) {
    return std::nullopt;  // Any value may have gone earlier than anybody knows.
  }
  std::vector<std::pair<Instant, Instant>> present;
  for (const auto& [value, passage] : queue.passages) {
    if (passage.certainly_from() < passage.certainly_until()) {
      present.emplace_back(passage.certainly_from(), passage.certainly_until());
    }
  }
  std::sort(present.begin(), present.end());
  for (const Operation& take : queue.empty_takes) {
    Instant covered = take.invoked;
    bool begun = false;
    for (const auto& [from, until] : present) {
      if (from >= covered && begun) {
        break;
      }
      if (from < covered && until > covered) {
        begun = true;
        covered = until;
      }
      if (!begun && from >= take.invoked) {
        break;
      }
    }
    if (begun && covered > *take.completed) {
      return text_of(take) + " found nothing, though there was something all the time";
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_queue(const History& operations) {
  Queue queue;
  if (auto wrong = collect(operations, queue)) {
    return wrong;
  }
  if (auto wrong = check_order(queue)) {
    return wrong;
  }
  return check_empty(queue);
}

}  // namespace

std::optional<std::string> check_linearizable(const History& history) {
  std::map<std::uint32_t, Register> registers;
  std::map<std::uint32_t, History> queues;
  for (const Operation& operation : history) {
    if (operation.kind == OperationKind::kWrite) {
      registers[operation.object].writes[operation.argument] = operation;
    } else if (operation.kind != OperationKind::kRead) {
      queues[operation.object].push_back(operation);
    } else if (operation.completed) {
      registers[operation.object].reads.push_back(operation);
    }
  }
  for (const auto& [object, one] : registers) {
    if (auto wrong = check_register(one)) {
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
