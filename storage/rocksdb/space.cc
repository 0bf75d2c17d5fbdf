#include "storage/rocksdb/space.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {

Result<FreeSpace> Space::measure() const {
  struct statvfs state {};
  if (::statvfs(path_.c_str(), &state) != 0) {
    return fail(system_error(path_, "cannot ask for the free space"));
  }
  FreeSpace space;
  space.total_bytes = std::uint64_t{state.f_blocks} * state.f_frsize;
  space.free_bytes = std::uint64_t{state.f_bavail} * state.f_frsize;
  space.watermark_bytes =
      std::min(space.total_bytes / 100 * watermark_.percent, watermark_.bytes_max);
  return space;
}

}  // namespace godwit::storage::rocks
