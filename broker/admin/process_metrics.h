// What the kernel knows of this process.
#pragma once

#include <cstdint>

namespace godwit::admin {

// A value that could not be read is 0.
struct ProcessMetrics {
  std::uint64_t resident_memory_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // Since 1970.
};

// Reads /proc. Thread: any.
[[nodiscard]] ProcessMetrics read_process_metrics();

}  // namespace godwit::admin
