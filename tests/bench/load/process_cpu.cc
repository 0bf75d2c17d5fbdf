#include "tests/bench/load/process_cpu.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace godwit::bench {
namespace {

// The fields utime and stime of proc(5), counted from the state, which follows the name.
constexpr int kFieldsBeforeUserTime = 11;

double ticks_of(int pid) {
  std::array<char, 64> path{};
  std::array<char, 2048> text{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", pid);
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return 0;
  }
  const ssize_t length = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (length <= 0) {
    return 0;
  }
  // The name may hold blanks and parentheses; after its last one come plain fields.
  const char* at = std::strrchr(text.data(), ')');
  if (at == nullptr) {
    return 0;
  }
  at += 2;
  for (int skipped = 0; skipped < kFieldsBeforeUserTime && at != nullptr; ++skipped) {
    at = std::strchr(at, ' ');
    if (at != nullptr) {
      ++at;
    }
  }
  if (at == nullptr) {
    return 0;
  }
  char* end = nullptr;
  const double user = std::strtod(at, &end);
  const double system = std::strtod(end, nullptr);
  return user + system;
}

double seconds_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

double process_cpu_seconds(std::span<const int> pids) {
  double ticks = 0;
  for (const int pid : pids) {
    ticks += ticks_of(pid);
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return seconds_of(time);
}

std::uint64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace godwit::bench
