// The bytes of one connection that could not be used yet: the beginning of a packet, or input that
// is held back. Owns memory only while there are such bytes, and never more than about twice what
// has really arrived, whatever a length field claims.
//
// Each byte is copied once at most on its way in, however small the pieces: appending is amortized
// by doubling, and using from the front moves a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace godwit::net {

class Rest {
 public:
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] ByteView view() const { return {bytes_.get() + begin_, size()}; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  void append(ByteView bytes);
  // Room behind the bytes to receive into: at most `wanted`, less if that would be more memory
  // than the bytes so far justify. Then `filled` says how many have come.
  [[nodiscard]] std::span<std::byte> room(std::size_t wanted);
  void filled(std::size_t count) { end_ += static_cast<std::uint32_t>(count); }
  // The first `count` bytes have been used; the memory goes with the last one.
  void used(std::size_t count);

 private:
  void grow(std::size_t capacity);

  std::unique_ptr<std::byte[]> bytes_;
  std::uint32_t capacity_ = 0;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace godwit::net
