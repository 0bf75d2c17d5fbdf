#include "tests/unit/rocksdb/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace godwit::storage::rocks {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

Child::Child(const std::string& mode, const std::string& folder) {
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
  std::string program = GODWIT_ROCKSDB_CHILD;
  std::string mode_copy = mode;
  std::string folder_copy = folder;
  const std::array<char*, 4> arguments = {program.data(), mode_copy.data(), folder_copy.data(),
                                          nullptr};
  const int error =
      ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error("cannot start " + program);
  }
  input_ = std::move(input.write);
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
}

Child::~Child() {
  if (pid_ > 0) {
    kill();
    wait();
  }
}

std::optional<std::string> Child::read_line() {
  std::size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos) {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      return std::nullopt;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

void Child::kill() { ::kill(pid_, SIGKILL); }

int Child::wait() {
  input_ = Descriptor();
  if (pid_ > 0) {
    ::waitpid(std::exchange(pid_, -1), &status_, 0);
  }
  return status_;
}

std::string Child::errors() {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 1; count > 0;) {
    count = ::read(errors_.get(), buffer.data(), buffer.size());
    text.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  return text;
}

}  // namespace godwit::storage::rocks
