// godwit_session_sim: a node alone with its clients in one thread, over many crashes, from one
// seed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutant.h"
#include "tests/session_sim/world.h"

namespace godwit::host {
namespace {

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  unsigned jobs = 1;
  std::uint32_t mutant = 0;
};

int search(const Arguments& arguments) {
  std::atomic<std::uint64_t> next{arguments.first};
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<std::uint64_t> steps{0};
  std::atomic<bool> found{false};
  const auto work = [&] {
    while (!found) {
      const std::uint64_t seed = next++;
      if (seed >= arguments.first + arguments.count) {
        return;
      }
      const Outcome outcome = run_world(seed);
      acknowledged += outcome.acknowledged;
      steps += outcome.steps;
      if (!outcome.violation.empty() && !found.exchange(true)) {
        fmt::print("FAILED: seed {}: {}\n", seed, outcome.violation);
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned job = 0; job < arguments.jobs; ++job) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (!found) {
    fmt::print("{} seeds from {}, {:.2f} million steps, {} messages acknowledged: no violation\n",
               arguments.count, arguments.first, static_cast<double>(steps) / 1e6,
               acknowledged.load());
  }
  return found ? 1 : 0;
}

}  // namespace
}  // namespace godwit::host

int main(int count, char** values) {
  godwit::host::Arguments arguments;
  CLI::App app{"A node, its clients and its disk in one thread, over many crashes",
               "godwit_session_sim"};
  app.add_option("--first", arguments.first, "from this seed on (1)");
  app.add_option("--count", arguments.count, "so many seeds (1000)");
  app.add_option("--jobs", arguments.jobs, "threads (1)")->check(CLI::Range(1, 64));
  app.add_option("--mutant", arguments.mutant, "switch on a planted bug (preset mutants only)");
  CLI11_PARSE(app, count, values);
  if (arguments.mutant != 0) {
#ifdef GODWIT_MUTANTS
    godwit::plant_mutant(arguments.mutant);
#else
    fmt::print("this build has no planted bugs; build the preset mutants\n");
    return 2;
#endif
  }
  return godwit::host::search(arguments);
}
