// The list of small benchmarks, and how one of them is repeated: by Google Benchmark for time, or a
// fixed number of times under callgrind, which then says how many instructions it took.
//
// Instructions are what a noisy machine does not move, so they are the gate (counts.py); time is
// for whoever looks at one benchmark.
//
// Thread: the main one. Nothing here is used by the broker.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "tests/bench/micro/callgrind.h"

namespace godwit::bench {

// How a run repeats what it measures.
enum class Mode : std::uint8_t { kTimed, kCounted };

// One run of one benchmark, as its body sees it.
class Bench {
 public:
  Bench(benchmark::State& state, Mode mode, std::string name, std::int64_t counted_calls)
      : state_(state), mode_(mode), name_(std::move(name)), counted_calls_(counted_calls) {}

  // Calls `call` again and again; each call does `operations` of what the figure is told for. The
  // first calls are not measured: they let buffers grow to the size that they then keep.
  template <class Call>
  void repeat(std::int64_t operations, Call call) {
    for (int i = 0; i < kWarmUpCalls; ++i) {
      call();
    }
    if (mode_ == Mode::kTimed) {
      for ([[maybe_unused]] auto _ : state_) {
        call();
      }
      state_.SetItemsProcessed(state_.iterations() * operations);
      return;
    }
    while (state_.KeepRunning()) {
      const Counted counted(name_, counted_calls_ * operations);
      for (std::int64_t i = 0; i < counted_calls_; ++i) {
        call();
      }
    }
  }

 private:
  static constexpr int kWarmUpCalls = 3;

  benchmark::State& state_;
  const Mode mode_;
  const std::string name_;
  const std::int64_t counted_calls_;
};

class Suite {
 public:
  using Body = std::function<void(Bench&)>;

  explicit Suite(Mode mode) : mode_(mode) {}
  // Takes the benchmark of this name and forgets the others, so that none of them moves what this
  // one allocates: copying and searching cost more or less by where the bytes lie.
  Suite(Mode mode, std::string only) : mode_(mode), only_(std::move(only)) {}

  // `counted_calls`: so many calls are counted. As many as make what happens once in a while, such
  // as the growth of a table, a small part of the figure.
  void add(const std::string& name, std::int64_t counted_calls, Body body);

 private:
  const Mode mode_;
  const std::string only_;  // Empty: all.
};

// One a file; each adds its benchmarks.
void add_decoder(Suite& suite);
void add_encoder(Suite& suite);
void add_topic_index(Suite& suite);
void add_route_table(Suite& suite);
void add_retained_store(Suite& suite);
void add_timer_wheel(Suite& suite);
void add_one_to_one(Suite& suite);
void add_fan_out(Suite& suite);
void add_replication(Suite& suite);
void add_shard(Suite& suite);

}  // namespace godwit::bench
