// The few things this room does with files itself, each so that it survives a loss of power. These
// calls block.
//
// Thread: any. Errors are sentences that begin with the file's path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace godwit::storage::rocks {

// An open file, closed by its owner's end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

// "path: what: why", the reason from errno.
[[nodiscard]] Error system_error(const std::string& path, std::string_view what);

[[nodiscard]] bool exists(const std::string& path);
// The whole file, at most `bytes_max`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
// Makes the file or replaces what is in it, mode 0600, and syncs it. Its name may need sync_folder.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view text);
// Cuts the end off, so that `bytes` are left, and syncs that.
[[nodiscard]] Result<void> cut_file(const std::string& path, std::size_t bytes);
// The new name is on disk when this returns: without the sync of the folder a loss of power
// undoes the rename (seen on ext4 and xfs).
[[nodiscard]] Result<void> rename_file(const std::string& from, const std::string& to);
[[nodiscard]] Result<void> sync_folder(const std::string& path);

// All of `bytes` at `offset`; false with errno. Short writes go on, interrupted ones begin again.
[[nodiscard]] bool write_at(int descriptor, ByteView bytes, std::size_t offset);

}  // namespace godwit::storage::rocks
