// godwit_sim: searches seeds, replays one, checks that the same seed is the same run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <sstream>

#include "base/mutant.h"
#include "tests/sim/search.h"

namespace godwit::sim {
namespace {

struct Arguments {
  std::uint64_t seed = 0;
  Search search;
  std::uint64_t minutes = 0;
  std::uint64_t determinism = 0;
  std::uint64_t length_ms = 0;
  std::uint32_t mutant = 0;
  std::string without;
  bool quiet_replay = false;
  bool nondeterministic = false;
};

bool take_out(Plan& plan, const std::string& names) {
  std::stringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    bool known = false;
    for (std::size_t place = 0; place < kFeatures; ++place) {
      const auto feature = static_cast<Feature>(place);
      if (name_of(feature) == name) {
        plan.features.set(feature, false);
        known = true;
      }
    }
    if (!known) {
      fmt::print("no fault is called {}; they are:", name);
      for (std::size_t place = 0; place < kFeatures; ++place) {
        fmt::print(" {}", name_of(static_cast<Feature>(place)));
      }
      fmt::print("\n");
      return false;
    }
  }
  return true;
}

int replay(const Arguments& arguments) {
  Plan plan = make_plan(arguments.seed);
  if (!take_out(plan, arguments.without)) {
    return 2;
  }
  if (arguments.length_ms > 0) {
    plan.length = std::chrono::milliseconds(arguments.length_ms);
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // The last lines before a failed CHECK count most.
  const Outcome outcome = World(plan, !arguments.quiet_replay).run();
  fmt::print("seed {}: {} steps, {:.1f} s of its time, {} entries committed, trace {:016x}\n",
             plan.seed, outcome.steps, std::chrono::duration<double>(outcome.length).count(),
             outcome.committed, outcome.hash);
  if (outcome.violation) {
    fmt::print("VIOLATION: {}\n", *outcome.violation);
  }
  return outcome.violation ? 1 : 0;
}

int check_determinism_of(const Arguments& arguments) {
  for (std::uint64_t seed = 1; seed <= arguments.determinism; ++seed) {
    if (const auto difference = check_determinism(seed, arguments.nondeterministic)) {
      fmt::print("{}\n", *difference);
      return 1;
    }
  }
  fmt::print("{} seeds, each the same twice\n", arguments.determinism);
  return 0;
}

int search_seeds(Arguments arguments) {
  if (arguments.minutes > 0) {
    arguments.search.seconds = arguments.minutes * 60;
    arguments.search.count = UINT64_MAX / 2;
  }
  const Summary summary = search(arguments.search);
  fmt::print("{} seeds from {}, {:.1f} million steps, {:.2f} million entries, {} terms, {:.0f} s: ",
             summary.seeds, arguments.search.first, static_cast<double>(summary.steps) / 1e6,
             static_cast<double>(summary.committed) / 1e6, summary.terms, summary.seconds);
  if (!summary.found) {
    fmt::print("no violation\n");
    return 0;
  }
  fmt::print("\nFAILED: seed {}: {}\n", summary.found->seed, summary.found->violation);
  if (arguments.mutant == 0) {
    fmt::print("smaller: {}\n", command_of(minimise(make_plan(summary.found->seed))));
  }
  return 1;
}

}  // namespace
}  // namespace godwit::sim

int main(int count, char** values) {
  using namespace godwit;  // NOLINT(google-build-using-namespace)
  sim::Arguments arguments;
  CLI::App app{"Whole clusters in one thread, each from one seed; docs/internals/raft.md",
               "godwit_sim"};
  const auto* seed = app.add_option("--seed", arguments.seed, "replay this seed, readable");
  app.add_flag("--quiet", arguments.quiet_replay, "with --seed: only the outcome");
  app.add_option("--without", arguments.without, "with --seed: leave these faults out");
  app.add_option("--length-ms", arguments.length_ms, "with --seed: faults for this long only");
  app.add_option("--first", arguments.search.first, "search from this seed on (1)");
  app.add_option("--count", arguments.search.count, "search so many seeds (1000)");
  app.add_option("--minutes", arguments.minutes, "search so long instead");
  app.add_option("--jobs", arguments.search.jobs, "threads (1)")->check(CLI::Range(1, 64));
  app.add_option("--determinism", arguments.determinism, "run so many seeds twice and compare");
  app.add_flag("--planted-chance", arguments.nondeterministic,
               "with --determinism: let a pointer decide, which must be noticed");
  app.add_option("--mutant", arguments.mutant, "switch on a planted bug (preset mutants only)");
  CLI11_PARSE(app, count, values);
  if (arguments.mutant != 0) {
#ifdef GODWIT_MUTANTS
    plant_mutant(arguments.mutant);
    arguments.search.quiet = true;
#else
    fmt::print("this build has no planted bugs; build the preset mutants\n");
    return 2;
#endif
  }
  if (!seed->empty()) {
    return sim::replay(arguments);
  }
  return arguments.determinism > 0 ? sim::check_determinism_of(arguments)
                                   : sim::search_seeds(arguments);
}
