// One process at a time on a directory.
#pragma once

#include <string>

#include "base/result.h"
#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {

// Holds the lock until it ends, or its process does, however that ends. Moves; Thread: any.
class LockFile {
 public:
  // Makes the file if it is not there. The error names the process that has the lock.
  [[nodiscard]] static Result<LockFile> take(const std::string& path);

 private:
  explicit LockFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace godwit::storage::rocks
