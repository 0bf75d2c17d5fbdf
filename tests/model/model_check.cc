// The model checker's program.
//
//   model_check [--traces N] [--first SEED] [--jobs N] [--show SEED]
//
// Plays N traces (100,000) from a first seed on (1) and ends at the first that fails, with its
// seed, its steps and what differed. --show plays one trace and tells its steps.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/model/trace.h"

namespace godwit::model {
namespace {

struct Options {
  std::uint64_t traces = 100'000;
  std::uint64_t first = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::uint64_t show = 0;
};

// Plays the trace again, in words.
bool show(std::uint64_t seed) {
  fmt::print("seed {}\n", seed);
  Trace trace(seed, [](const std::string& step) { fmt::print("  {}\n", step); });
  const auto difference = trace.play();
  if (difference) {
    fmt::print("{}\n", *difference);
  }
  return !difference;
}

int run(const Options& options) {
  std::atomic<std::uint64_t> next = options.first;
  std::atomic<std::uint64_t> packets = 0;
  std::atomic<std::uint64_t> failed = 0;  // The seed; 0: none.
  const std::uint64_t end = options.first + options.traces;
  std::vector<std::thread> threads;
  for (unsigned job = 0; job < options.jobs; ++job) {
    threads.emplace_back([&] {
      for (std::uint64_t seed = next++; seed < end && failed == 0; seed = next++) {
        Trace trace(seed, {});
        if (trace.play()) {
          std::uint64_t none = 0;
          failed.compare_exchange_strong(none, seed);
        }
        packets += trace.packet_count();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (failed != 0) {
    show(failed);
    return EXIT_FAILURE;
  }
  fmt::print("{} traces, {} packets of clients, no difference\n", options.traces, packets.load());
  return EXIT_SUCCESS;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::uint64_t value = i + 1 < argc ? std::strtoull(argv[i + 1], nullptr, 10) : 0;
    if (name == "--traces" && value != 0) {
      options.traces = value;
    } else if (name == "--first" && value != 0) {
      options.first = value;
    } else if (name == "--jobs" && value != 0) {
      options.jobs = static_cast<unsigned>(value);
    } else if (name == "--show" && value != 0) {
      options.show = value;
    } else {
      fmt::print(stderr,
                 "usage: model_check [--traces N] [--first SEED] [--jobs N] [--show SEED]\n");
      std::exit(2);
    }
  }
  return options;
}

}  // namespace
}  // namespace godwit::model

int main(int argc, char** argv) {
  const auto options = godwit::model::parse(argc, argv);
  if (options.show != 0) {
    return godwit::model::show(options.show) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  return godwit::model::run(options);
}
