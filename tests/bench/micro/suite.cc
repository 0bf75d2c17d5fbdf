#include "tests/bench/micro/suite.h"

#include <utility>

namespace godwit::bench {
namespace {

// What Google Benchmark's registry holds of one of ours.
class Registered final : public benchmark::internal::Benchmark {
 public:
  Registered(const std::string& name, Mode mode, std::int64_t counted_calls, Suite::Body body)
      : Benchmark(name.c_str()),
        name_(name),
        mode_(mode),
        counted_calls_(counted_calls),
        body_(std::move(body)) {
    if (mode == Mode::kCounted) {
      Iterations(1);
    }
  }
  void Run(benchmark::State& state) override {
    Bench bench(state, mode_, name_, counted_calls_);
    body_(bench);
  }

 private:
  const std::string name_;
  const Mode mode_;
  const std::int64_t counted_calls_;
  const Suite::Body body_;
};

}  // namespace

void Suite::add(const std::string& name, std::int64_t counted_calls, Body body) {
  if (!only_.empty() && only_ != name) {
    return;
  }
  // The registry owns what it is given, which the analyzer cannot see.
  benchmark::internal::RegisterBenchmarkInternal(
      new Registered(name, mode_, counted_calls, std::move(body)));
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)

}  // namespace godwit::bench
