// What a benchmark says to callgrind while it runs under it; elsewhere all of it does nothing.
//
// The program is started with --instr-atstart=no --collect-atstart=no, so that only what lies in a
// Counted and outside of each NotCounted is counted.
//
// Thread: the main one.
#pragma once

#include <cstdint>
#include <string>

namespace godwit::bench {

// Whether there is a callgrind to count.
[[nodiscard]] bool can_count();

// Counts as long as it lives, and at its end writes a profile whose trigger is "NAME OPERATIONS".
class Counted {
 public:
  Counted(const std::string& name, std::int64_t operations);
  ~Counted();
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  const std::string trigger_;
};

// What happens while it lives belongs to the clients, not to the broker. Not nested.
class NotCounted {
 public:
  NotCounted();
  ~NotCounted();
  NotCounted(const NotCounted&) = delete;
  NotCounted& operator=(const NotCounted&) = delete;
};

}  // namespace godwit::bench
