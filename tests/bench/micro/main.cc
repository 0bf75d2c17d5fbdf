// godwit_micro: small benchmarks of the broker's hot code, without sockets and threads.
//
//   godwit_micro [options of Google Benchmark]   time
//   godwit_micro --counted [...]                 under callgrind, each a fixed number of times
//   godwit_micro --toolchain                     what the counts depend on besides the code: two
//                                                lines, the second one the compiler's flags

#include <gnu/libc-version.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "tests/bench/micro/suite.h"

namespace {

#if defined(__clang__)
constexpr const char* kCompiler = "clang++ " __clang_version__;
#else
constexpr const char* kCompiler = "g++ " __VERSION__;
#endif
#if defined(__x86_64__)
constexpr const char* kMachine = "x86_64";
#elif defined(__aarch64__)
constexpr const char* kMachine = "aarch64";
#else
constexpr const char* kMachine = "another machine";
#endif

// Takes the option out of the arguments; true if it was there.
bool take_option(int& argc, char** argv, std::string_view option) {
  char** const end = argv + argc;
  char** const kept = std::remove_if(argv, end, [&](const char* word) { return word == option; });
  const bool there = kept != end;
  argc = static_cast<int>(kept - argv);
  return there;
}

}  // namespace

int main(int argc, char** argv) {
  using godwit::bench::Mode;
  if (take_option(argc, argv, "--toolchain")) {
    std::printf("%s, glibc %s, %s\n%s\n", kCompiler, gnu_get_libc_version(), kMachine,
                GODWIT_MICRO_FLAGS);
    return 0;
  }
  const Mode mode = take_option(argc, argv, "--counted") ? Mode::kCounted : Mode::kTimed;
  const bool only_lists = std::any_of(argv, argv + argc, [](std::string_view word) {
    return word.starts_with("--benchmark_list_tests");
  });
  if (mode == Mode::kCounted && !only_lists && !godwit::bench::can_count()) {
    std::fputs("godwit_micro: --counted needs callgrind; counts.py beside its source starts it\n",
               stderr);
    return 2;
  }
  godwit::bench::Suite suite(mode);
  godwit::bench::add_decoder(suite);
  godwit::bench::add_encoder(suite);
  godwit::bench::add_topic_index(suite);
  godwit::bench::add_route_table(suite);
  godwit::bench::add_retained_store(suite);
  godwit::bench::add_timer_wheel(suite);
  godwit::bench::add_one_to_one(suite);
  godwit::bench::add_fan_out(suite);

  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
