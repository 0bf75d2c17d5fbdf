// A reserve of space: a file of nothing, given up when a full disk would keep the node from
// starting. Opening RocksDB writes files; on a full disk it cannot, not even to delete something.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "storage/rocksdb/space.h"

namespace godwit::storage::rocks {

struct BallastOptions {
  std::uint64_t bytes = std::uint64_t{256} << 20U;               // 0: none.
  std::uint64_t release_below_bytes = std::uint64_t{64} << 20U;  // Free space; at start only.
};

// Thread: one.
class Ballast {
 public:
  Ballast(std::string path, BallastOptions options);

  // All of it is there.
  [[nodiscard]] bool held() const { return held_; }
  // Gives up the file if there is less than `release_below_bytes`; true if it did.
  [[nodiscard]] Result<bool> release_if_low(const FreeSpace& space);
  // Takes the space again if that leaves more than the watermark free; true if it is held then.
  // Called at the start and from time to time. That there is no room is no error.
  [[nodiscard]] Result<bool> restore(const FreeSpace& space);

 private:
  std::string path_;
  BallastOptions options_;
  bool held_;
};

}  // namespace godwit::storage::rocks
