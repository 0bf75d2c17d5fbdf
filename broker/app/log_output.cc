#include "broker/app/log_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace godwit::app {
namespace {

constexpr int kPatienceMilliseconds = 20;

bool write_whole(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

bool DescriptorOutput::write_line(std::string_view line) {
  pollfd state{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  const int ready = ::poll(&state, 1, stuck_ ? 0 : kPatienceMilliseconds);
  stuck_ = ready == 0;
  if (ready <= 0 || (state.revents & POLLOUT) == 0) {
    return false;
  }
  if (line.size() <= kLineBytesMax) {
    return write_whole(descriptor_, line);
  }
  constexpr std::string_view kCut = "...\n";
  std::string shorter(line.substr(0, kLineBytesMax - kCut.size()));
  shorter += kCut;
  return write_whole(descriptor_, shorter);
}

}  // namespace godwit::app
