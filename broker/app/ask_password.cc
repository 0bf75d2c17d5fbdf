#include "broker/app/ask_password.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "broker/app/passwd.h"

namespace godwit::app {
namespace {

class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }

  [[nodiscard]] bool valid() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void say(std::string_view text) const {
    if (::write(descriptor_, text.data(), text.size()) < 0) {
      return;  // Then the read fails too.
    }
  }

 private:
  const int descriptor_;
};

// While it lives the terminal does not echo, and a signal that would end the process waits until
// the echo is back.
class Silence {
 public:
  explicit Silence(const Terminal& terminal) : terminal_(terminal) {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
      sigaddset(&ending, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &ending, &before_);
    signals_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    silent_ = ::tcgetattr(terminal_.descriptor(), &settings_) == 0;
    termios quiet = settings_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (silent_) {
      ::tcsetattr(terminal_.descriptor(), TCSAFLUSH, &quiet);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (silent_) {
      ::tcsetattr(terminal_.descriptor(), TCSAFLUSH, &settings_);
    }
    terminal_.say("\n");
    if (signals_ >= 0) {
      ::close(signals_);
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // Here a waiting signal ends the process.
  }

  // False: a signal came first.
  [[nodiscard]] bool wait_for_input() const {
    std::array<pollfd, 2> ready{
        pollfd{.fd = terminal_.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = signals_, .events = POLLIN, .revents = 0}};
    while (::poll(ready.data(), ready.size(), -1) < 0 && errno == EINTR) {
    }
    return (ready[1].revents & POLLIN) == 0;
  }

 private:
  const Terminal& terminal_;
  sigset_t before_{};
  int signals_ = -1;
  bool silent_ = false;
  termios settings_{};
};

Result<access::SecretBytes> ask(const Terminal& terminal, std::string_view question) {
  terminal.say(question);
  const Silence silence(terminal);
  if (!silence.wait_for_input()) {
    return fail(Error{"stopped by a signal"});
  }
  return read_password_line(terminal.descriptor());
}

}  // namespace

Result<access::SecretBytes> read_password_line(int descriptor) {
  Bytes line;
  line.reserve(kPasswordBytesMax + 1);  // So that no growing leaves a copy behind.
  while (line.size() <= kPasswordBytesMax) {
    char byte = 0;
    const ssize_t count = ::read(descriptor, &byte, 1);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(Error{"cannot read the password"});
    }
    if (count == 0 || byte == '\n') {
      break;
    }
    line.push_back(static_cast<std::byte>(byte));
  }
  if (!line.empty() && line.back() == std::byte{'\r'}) {
    line.pop_back();
  }
  return access::SecretBytes(std::move(line));
}

Result<access::SecretBytes> ask_password_twice() {
  const Terminal terminal;
  if (!terminal.valid()) {
    return fail(Error{"there is no terminal to ask for the password; use --stdin"});
  }
  auto first = ask(terminal, "Password: ");
  if (!first) {
    return first;
  }
  const auto second = ask(terminal, "Once more: ");
  if (!second) {
    return fail(second.error());
  }
  if (!std::ranges::equal(first->view(), second->view())) {
    return fail(Error{"the two passwords differ; nothing was changed"});
  }
  return first;
}

}  // namespace godwit::app
