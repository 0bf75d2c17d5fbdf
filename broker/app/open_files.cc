#include "broker/app/open_files.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/check.h"

namespace godwit::app {
namespace {

// Listeners, pollers, logs, files read at start, HTTP connections.
constexpr std::uint64_t kOwnFiles = 256;

}  // namespace

std::uint64_t raise_open_files_limit() {
  rlimit limit{};
  CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      return raised.rlim_cur;
    }
  }
  return limit.rlim_cur;
}

std::uint32_t connections_that_fit(std::uint32_t wanted, std::uint64_t open_files) {
  // On a very low limit the process takes its own share of files last.
  const std::uint64_t fitting =
      open_files > 2 * kOwnFiles ? open_files - kOwnFiles : open_files / 2;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(fitting, 1, std::max<std::uint32_t>(wanted, 1)));
}

void fill_standard_descriptors() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) < 0) {
      // The lowest free number is this one.
      CHECK(::open("/dev/null", O_RDWR) == descriptor);
    }
  }
}

}  // namespace godwit::app
