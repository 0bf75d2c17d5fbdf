// The seeds of a simulation: 1 to a usual number, or those that the environment names.
//
//   GODWIT_SIMULATION_SEEDS=1000-2000 unit_front --gtest_filter='*Simulation.*'
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace godwit::testkit {

// Ends at the first seed that fails, and says which.
template <class RunSeed>
void for_each_seed(std::uint64_t usual_last, RunSeed run_seed) {
  std::uint64_t first = 1;
  std::uint64_t last = usual_last;
  if (const char* range = std::getenv("GODWIT_SIMULATION_SEEDS")) {
    const std::string text(range);
    first = std::stoull(text);
    last = std::stoull(text.substr(text.find('-') + 1));
  }
  std::cout << "seeds " << first << " to " << last << "\n";
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_THROW(run_seed(seed));
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace godwit::testkit
