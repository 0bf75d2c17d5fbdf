#include "tests/sim/search.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

namespace godwit::sim {
namespace {

using std::chrono::steady_clock;

// A CHECK that fails ends the process; this says during which seed.
thread_local std::uint64_t seed_of_thread =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

extern "C" void tell_seed(int /*signal*/) {
  std::array<char, 64> line{};
  const int size = std::snprintf(line.data(), line.size(), "aborted: seed %llu\n",
                                 static_cast<unsigned long long>(seed_of_thread));
  if (size > 0) {
    static_cast<void>(!::write(STDOUT_FILENO, line.data(), static_cast<std::size_t>(size)));
  }
}

Outcome run_plan(const Plan& plan, bool readable = false) {
  seed_of_thread = plan.seed;
  return World(plan, readable).run();
}

class Searching {
 public:
  explicit Searching(const Search& search)
      : search_(search), next_(search.first), begin_(steady_clock::now()) {}

  void work() {
    while (const auto seed = take()) {
      const Outcome outcome = run_plan(make_plan(*seed));
      const std::lock_guard lock(mutex_);
      ++summary_.seeds;
      summary_.steps += outcome.steps;
      summary_.committed += outcome.committed;
      summary_.terms += outcome.terms;
      if (outcome.violation && (!summary_.found || *seed < summary_.found->seed)) {
        summary_.found = Found{*seed, *outcome.violation};
        stop_ = true;
      }
      tell_progress();
    }
  }

  Summary finish() {
    summary_.seconds = elapsed();
    return summary_;
  }

 private:
  std::optional<std::uint64_t> take() {
    const bool late = search_.seconds && elapsed() >= static_cast<double>(*search_.seconds);
    if (stop_ || late) {
      return std::nullopt;
    }
    const std::uint64_t seed = next_++;
    return seed < search_.first + search_.count ? std::optional(seed) : std::nullopt;
  }

  [[nodiscard]] double elapsed() const {
    return std::chrono::duration<double>(steady_clock::now() - begin_).count();
  }

  void tell_progress() {
    if (!search_.quiet && elapsed() >= next_told_) {
      next_told_ = elapsed() + 10;
      std::fprintf(stderr, "%llu seeds, %.1f million steps, %.0f s\n",
                   static_cast<unsigned long long>(summary_.seeds),
                   static_cast<double>(summary_.steps) / 1e6, elapsed());
    }
  }

  const Search& search_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> stop_ = false;
  steady_clock::time_point begin_;
  double next_told_ = 10;
  std::mutex mutex_;
  Summary summary_;
};

}  // namespace

Summary search(const Search& search) {
  std::signal(SIGABRT, tell_seed);
  Searching searching(search);
  std::vector<std::thread> threads;
  for (unsigned job = 1; job < search.jobs; ++job) {
    threads.emplace_back([&] { searching.work(); });
  }
  searching.work();
  for (std::thread& thread : threads) {
    thread.join();
  }
  return searching.finish();
}

Plan minimise(Plan plan) {
  const auto fails = [](const Plan& smaller) { return run_plan(smaller).violation.has_value(); };
  for (std::size_t place = 0; place < kFeatures; ++place) {
    const auto feature = static_cast<Feature>(place);
    if (!plan.features.has(feature)) {
      continue;
    }
    Plan smaller = plan;
    smaller.features.set(feature, false);
    if (fails(smaller)) {
      plan = smaller;
    }
  }
  for (Plan shorter = plan; shorter.length > std::chrono::milliseconds(50);) {
    shorter.length = shorter.length * 3 / 4;
    if (!fails(shorter)) {
      break;
    }
    plan = shorter;
  }
  return plan;
}

std::string command_of(const Plan& plan) {
  const Plan whole = make_plan(plan.seed);
  std::string command = fmt::format("./dev sim --seed {}", plan.seed);
  FeatureSet left_out;
  for (std::size_t place = 0; place < kFeatures; ++place) {
    const auto feature = static_cast<Feature>(place);
    left_out.set(feature, whole.features.has(feature) && !plan.features.has(feature));
  }
  if (left_out.text() != "none") {
    command += " --without " + left_out.text();
  }
  if (plan.length != whole.length) {
    command +=
        fmt::format(" --length-ms {}",
                    std::chrono::duration_cast<std::chrono::milliseconds>(plan.length).count());
  }
  return command;
}

namespace {

// Memory of every size, more than a run gives back, so that the next run gets other addresses.
class TakenMemory {
 public:
  TakenMemory() {
    for (std::size_t bytes = 16; bytes <= 65'536; bytes += std::max<std::size_t>(16, bytes / 8)) {
      for (std::size_t count = 0; count < 64; ++count) {
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
      }
    }
  }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace

std::optional<std::string> check_determinism(std::uint64_t seed, bool nondeterministic) {
  Plan plan = make_plan(seed);
  plan.nondeterministic = nondeterministic;
  const Outcome once = run_plan(plan);
  const TakenMemory taken;
  const Outcome again = run_plan(plan);
  if (once.hash == again.hash && once.steps == again.steps) {
    return std::nullopt;
  }
  return fmt::format("seed {} is not the same twice: {:016x} after {} steps, {:016x} after {}",
                     seed, once.hash, once.steps, again.hash, again.steps);
}

}  // namespace godwit::sim
