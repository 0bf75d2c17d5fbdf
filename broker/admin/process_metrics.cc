#include "broker/admin/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace godwit::admin {
namespace {

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t resident_memory_bytes() {
  // proc(5), statm: size, resident, ... in pages.
  std::istringstream fields(read_file("/proc/self/statm"));
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  fields >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) {
    return 0;
  }
  const auto count = std::distance(begin(entries), end(entries));
  // Not the one that lists them.
  return static_cast<std::uint64_t>(count) - 1;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) {
    return 0;
  }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t descriptors_max() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// When the machine was started, in seconds since 1970.
double boot_time_seconds() {
  std::istringstream lines(read_file("/proc/stat"));
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("btime ")) {
      return std::stod(line.substr(6));
    }
  }
  return 0;
}

double start_time_seconds() {
  const std::string stat = read_file("/proc/self/stat");
  // The program's name, in parentheses, may hold anything; field 3 comes after it.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    return 0;
  }
  std::istringstream fields(stat.substr(name_end + 1));
  constexpr int kFieldsBeforeStart = 22 - 3;
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeStart; ++i) {
    fields >> skipped;
  }
  double ticks_since_boot = 0;
  fields >> ticks_since_boot;
  return boot_time_seconds() + ticks_since_boot / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessMetrics read_process_metrics() {
  return {.resident_memory_bytes = resident_memory_bytes(),
          .open_descriptors = open_descriptors(),
          .descriptors_max = descriptors_max(),
          .cpu_seconds = cpu_seconds(),
          .start_time_seconds = start_time_seconds()};
}

}  // namespace godwit::admin
