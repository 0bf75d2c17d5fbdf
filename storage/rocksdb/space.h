// How much room a disk has left.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace godwit::storage::rocks {

// Below it the broker refuses what would make the store grow, long before the disk is full: a full
// disk ends the process, and there would be no room to start again in.
struct Watermark {
  unsigned percent = 10;                              // Of the disk, but at most
  std::uint64_t bytes_max = std::uint64_t{2} << 30U;  // this, or large disks would stand idle.
};

struct FreeSpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;  // For us; what is reserved for root is not.
  std::uint64_t watermark_bytes = 0;

  [[nodiscard]] bool low() const { return free_bytes < watermark_bytes; }
};

// Thread: any.
class Space {
 public:
  Space(std::string path, Watermark watermark) : path_(std::move(path)), watermark_(watermark) {}
  // As the file system says now: one system call.
  [[nodiscard]] Result<FreeSpace> measure() const;

 private:
  std::string path_;
  Watermark watermark_;
};

}  // namespace godwit::storage::rocks
