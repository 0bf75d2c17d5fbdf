// CPU time of the broker and of this process.
#pragma once

#include <cstdint>
#include <span>

namespace godwit::bench {

// User and system time of all threads of the given processes, in seconds, from /proc/PID/stat.
// Its resolution is one clock tick, 10 ms. A process that is gone counts nothing.
[[nodiscard]] double process_cpu_seconds(std::span<const int> pids);

[[nodiscard]] double own_cpu_seconds();

// Monotonic time; never 0.
[[nodiscard]] std::uint64_t now_ns();

}  // namespace godwit::bench
