#include "storage/rocksdb/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {
namespace {

bool is_there(const std::string& path, std::uint64_t bytes) {
  struct stat state {};
  return ::stat(path.c_str(), &state) == 0 && static_cast<std::uint64_t>(state.st_size) >= bytes;
}

Result<void> remove_synced(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail(system_error(path, "cannot remove"));
  }
  return sync_folder(std::filesystem::path(path).parent_path().string());
}

// Returns the error number, as posix_fallocate does.
int take_space(int descriptor, std::uint64_t bytes) {
  int error = EINTR;
  while (error == EINTR) {
    error = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  }
  return error;
}

}  // namespace

Ballast::Ballast(std::string path, BallastOptions options)
    : path_(std::move(path)), options_(options), held_(is_there(path_, options_.bytes)) {}

Result<bool> Ballast::release_if_low(const FreeSpace& space) {
  if (space.free_bytes >= options_.release_below_bytes || !exists(path_)) {
    return false;
  }
  auto removed = remove_synced(path_);
  if (!removed) {
    return fail(std::move(removed.error()));
  }
  held_ = false;
  return true;
}

Result<bool> Ballast::restore(const FreeSpace& space) {
  if (held_ || options_.bytes == 0) {
    return held_;
  }
  if (space.free_bytes < options_.bytes + space.watermark_bytes) {
    return false;
  }
  const Descriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail(system_error(path_, "cannot make"));
  }
  const int error = take_space(file.get(), options_.bytes);
  if (error == 0) {
    held_ = true;
    return true;
  }
  // What was taken before the disk was full would only do harm.
  auto removed = remove_synced(path_);
  if (!removed) {
    return fail(std::move(removed.error()));
  }
  if (error == ENOSPC || error == EDQUOT) {
    return false;
  }
  errno = error;
  return fail(system_error(path_, "cannot reserve space"));
}

}  // namespace godwit::storage::rocks
