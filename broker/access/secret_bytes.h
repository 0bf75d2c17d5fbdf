// Bytes that are overwritten before their memory is given back: a password on its way.
//
// Thread: the owner's. Moves, and copies where the owner says so; each copy is wiped too.
#pragma once

#include <utility>

#include "base/bytes.h"

namespace godwit::access {

class SecretBytes {
 public:
  SecretBytes() = default;
  // Takes the memory of `bytes`; what the caller copied before is the caller's to wipe.
  SecretBytes(Bytes&& bytes) : bytes_(std::move(bytes)) {}  // NOLINT(google-explicit-constructor)
  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  SecretBytes(const SecretBytes&) = default;
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretBytes();

  [[nodiscard]] ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace godwit::access
