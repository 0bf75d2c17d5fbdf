#include "storage/rocksdb/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace godwit::storage::rocks {
namespace {

constexpr std::size_t kPidBytesMax = 32;

Error taken(const std::string& path) {
  const auto text = read_file(path, kPidBytesMax);
  const std::string_view pid =
      text ? std::string_view(*text).substr(0, text->find('\n')) : std::string_view();
  return Error{fmt::format(
      "{}: the directory is in use by process {}. Two processes would destroy each other's data: "
      "stop that one first, or give this node another directory.",
      path, pid.empty() ? "(not known)" : pid)};
}

}  // namespace

Result<LockFile> LockFile::take(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail(system_error(path, "cannot open"));
  }
  // The kernel lets go of the lock with the process, also after SIGKILL: a stale file locks nobody
  // out. Only the lock counts; the pid is for humans.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(errno == EWOULDBLOCK ? taken(path) : system_error(path, "cannot lock"));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.get(), 0) != 0) {
    return fail(system_error(path, "cannot write"));
  }
  // A full disk has no room even for that, and must not keep the ballast from being released.
  static_cast<void>(write_at(file.get(), as_bytes(pid), 0));
  return LockFile(std::move(file));
}

}  // namespace godwit::storage::rocks
