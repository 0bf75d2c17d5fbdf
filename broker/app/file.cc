#include "broker/app/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace godwit::app {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool valid() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Error failure(const std::string& path, std::string_view what) {
  return Error{fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno))};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Fills a new file beside `path`; its name is left in `temporary`.
Result<void> write_beside(const std::string& path, std::string_view text, std::string& temporary) {
  temporary = path + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // Mode 0600.
  if (!file.valid()) {
    Error error = failure(path, "cannot make a file beside it");
    temporary.clear();
    return fail(std::move(error));
  }
  struct stat old_state {};
  if (::stat(path.c_str(), &old_state) == 0 && old_state.st_uid != ::geteuid()) {
    // Only root may; the file of another user would otherwise become unreadable to its broker.
    if (::fchown(file.get(), old_state.st_uid, old_state.st_gid) != 0) {
      return fail(failure(path, "cannot keep its owner"));
    }
  }
  if (!write_all(file.get(), text)) {
    return fail(failure(path, "cannot write"));
  }
  if (::fsync(file.get()) != 0) {
    return fail(failure(path, "cannot sync"));
  }
  return {};
}

Result<void> sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) {
    folder = ".";
  }
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) {
    return fail(failure(folder, "cannot sync the folder"));
  }
  return {};
}

}  // namespace

Result<std::string> read_whole_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) {
    return fail(failure(path, "cannot open"));
  }
  std::string text;
  std::array<char, std::size_t{16} << 10U> buffer;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(failure(path, "cannot read"));
    }
    if (count == 0) {
      return text;
    }
    if (text.size() + static_cast<std::size_t>(count) > bytes_max) {
      return fail(Error{fmt::format("{}: larger than {} bytes", path, bytes_max)});
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool file_exists(const std::string& path) {
  struct stat state {};
  return ::stat(path.c_str(), &state) == 0;
}

bool readable_by_others(const std::string& path) {
  struct stat state {};
  return ::stat(path.c_str(), &state) == 0 && (state.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Result<void> replace_file(const std::string& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  const std::string target = error ? path : real.string();
  std::string temporary;
  Result<void> written = write_beside(target, text, temporary);
  if (written && ::rename(temporary.c_str(), target.c_str()) != 0) {
    written = fail(failure(path, "cannot replace"));
  }
  if (!written) {
    if (!temporary.empty()) {
      ::unlink(temporary.c_str());
    }
    return written;
  }
  return sync_folder_of(target);
}

}  // namespace godwit::app
