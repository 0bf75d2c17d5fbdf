#include "storage/rocksdb/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace godwit::storage::rocks {

Descriptor::~Descriptor() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Error system_error(const std::string& path, std::string_view what) {
  return Error{fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno))};
}

bool exists(const std::string& path) {
  struct stat state {};
  return ::lstat(path.c_str(), &state) == 0;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) {
    return fail(system_error(path, "cannot open"));
  }
  std::string text;
  std::array<char, std::size_t{4} << 10U> buffer;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(system_error(path, "cannot read"));
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

Result<void> write_file(const std::string& path, std::string_view text) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const Descriptor file(::open(path.c_str(), kFlags, 0600));
  if (!file) {
    return fail(system_error(path, "cannot make"));
  }
  if (!write_at(file.get(), as_bytes(text), 0)) {
    return fail(system_error(path, "cannot write"));
  }
  if (::fsync(file.get()) != 0) {
    return fail(system_error(path, "cannot sync"));
  }
  return {};
}

Result<void> cut_file(const std::string& path, std::size_t bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    return fail(system_error(path, "cannot open"));
  }
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0 || ::fsync(file.get()) != 0) {
    return fail(system_error(path, "cannot cut"));
  }
  return {};
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return fail(system_error(from, "cannot rename to " + to));
  }
  return sync_folder(std::filesystem::path(to).parent_path().string());
}

Result<void> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    return fail(system_error(path, "cannot sync the folder"));
  }
  return {};
}

bool write_at(int descriptor, ByteView bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace godwit::storage::rocks
