#include "tests/bench/micro/callgrind.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
// Valgrind is one of the test packages; without it the benchmarks can still be timed.
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(trigger)
#endif

namespace godwit::bench {

bool can_count() { return RUNNING_ON_VALGRIND != 0; }

Counted::Counted(const std::string& name, std::int64_t operations)
    : trigger_(name + " " + std::to_string(operations)) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_TOGGLE_COLLECT;
}

Counted::~Counted() {
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(trigger_.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

// Outside of a Counted these two toggle as well, but then nothing is instrumented.
NotCounted::NotCounted() { CALLGRIND_TOGGLE_COLLECT; }
NotCounted::~NotCounted() { CALLGRIND_TOGGLE_COLLECT; }

}  // namespace godwit::bench
