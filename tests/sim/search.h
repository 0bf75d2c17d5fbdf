// Many seeds on a few threads, and what is done with one that fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace godwit::sim {

struct Search {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;            // Seeds; with `seconds`, at most.
  std::optional<std::uint64_t> seconds;  // Stops when they are over.
  unsigned jobs = 1;
  bool quiet = false;  // No progress on standard error.
};

struct Found {
  std::uint64_t seed = 0;
  std::string violation;
};

struct Summary {
  std::uint64_t seeds = 0;
  std::uint64_t steps = 0;
  std::uint64_t committed = 0;
  std::uint64_t terms = 0;
  double seconds = 0;
  std::optional<Found> found;  // The lowest seed that failed.
};

// Stops at the first seed that fails.
[[nodiscard]] Summary search(const Search& search);

// Runs without this and that as long as it still fails: the smallest plan that was found.
[[nodiscard]] Plan minimise(Plan plan);
// How to run this plan again.
[[nodiscard]] std::string command_of(const Plan& plan);

// Twice the same? `nondeterministic`: with a planted reason not to be. Returns what differs.
[[nodiscard]] std::optional<std::string> check_determinism(std::uint64_t seed,
                                                           bool nondeterministic);

}  // namespace godwit::sim
