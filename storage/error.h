// What can be wrong when the store is read. A write that fails is no value: it ends the process.
#pragma once

#include <cstdint>
#include <string>

namespace godwit::storage {

enum class ErrorKind : std::uint8_t {
  kDamaged,  // A checksum or the format of what is on disk is wrong.
  kFailed,   // The disk did not give the bytes.
};

struct StorageError {
  ErrorKind kind = ErrorKind::kFailed;
  std::string text;  // For a human: which file, what was wrong.
};

}  // namespace godwit::storage
