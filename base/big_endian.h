// Numbers as big-endian bytes: written behind others, and taken from the front of a view.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace godwit {

// `size`: 1 to 8 bytes, the lowest ones of `value`.
inline void put_big_endian(Bytes& to, std::uint64_t value, std::size_t size) {
  for (std::size_t place = size; place > 0; --place) {
    to.push_back(static_cast<std::byte>(value >> (8 * (place - 1))));
  }
}

// Takes numbers and runs of bytes from the front of what was received, and remembers if there was
// ever too little: then everything more is zero, and `ok` false. Nothing is copied.
class BigEndianReader {
 public:
  explicit BigEndianReader(ByteView bytes) : bytes_(bytes), size_(bytes.size()) {}

  [[nodiscard]] std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::byte one : run(size)) {
      value = value << 8 | std::to_integer<std::uint64_t>(one);
    }
    return value;
  }
  [[nodiscard]] ByteView run(std::size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const ByteView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  [[nodiscard]] std::size_t offset() const { return size_ - bytes_.size(); }

 private:
  ByteView bytes_;
  std::size_t size_;
  bool ok_ = true;
};

}  // namespace godwit
