// godwit_micro: small benchmarks of the broker's hot code, without sockets and threads.
//
//   godwit_micro [options of Google Benchmark]   time
//   godwit_micro --counted=NAME                  under callgrind: one, a fixed number of times
//   godwit_micro --toolchain                     what the counts depend on besides the code: two
//                                                lines, the second one the compiler's flags

#include <gnu/libc-version.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "tests/bench/micro/suite.h"

namespace {

using godwit::bench::Mode;
using godwit::bench::Suite;

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

constexpr std::string_view kCountedOption = "--counted=";

void add_all(Suite& suite) {
  godwit::bench::add_decoder(suite);
  godwit::bench::add_encoder(suite);
  godwit::bench::add_topic_index(suite);
  godwit::bench::add_route_table(suite);
  godwit::bench::add_retained_store(suite);
  godwit::bench::add_timer_wheel(suite);
  godwit::bench::add_one_to_one(suite);
  godwit::bench::add_fan_out(suite);
  godwit::bench::add_replication(suite);
  godwit::bench::add_shard(suite);
}

int run_all(int argc, char** argv) {
  Suite suite(Mode::kTimed);
  add_all(suite);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

int count_one(std::string_view name) {
  if (!godwit::bench::can_count()) {
    std::fputs("godwit_micro: --counted needs callgrind; counts.py beside its source starts it\n",
               stderr);
    return 2;
  }
  Suite suite(Mode::kCounted, std::string(name));
  add_all(suite);
  return benchmark::RunSpecifiedBenchmarks() == 1 ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--toolchain") {
    std::printf("%s, glibc %s, %s\n%s\n", kCompiler, gnu_get_libc_version(), kMachine,
                GODWIT_MICRO_FLAGS);
    return 0;
  }
  if (option.starts_with(kCountedOption)) {
    return count_one(option.substr(kCountedOption.size()));
  }
  return run_all(argc, argv);
}
