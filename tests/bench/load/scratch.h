// Memory that is filled from its front and emptied at once. Other than a vector's resize it does
// not write zeros where the next bytes are about to be written, and it keeps its memory.
// Thread: the generator's one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "tests/bench/load/wire.h"

namespace godwit::bench {

class Scratch {
 public:
  [[nodiscard]] Bytes bytes() const { return {memory_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

  // At least so many bytes behind what is there, to be written and then taken. Moves what is there.
  std::span<std::uint8_t> room(std::size_t at_least) {
    if (capacity_ - size_ < at_least) {
      grow(size_ + at_least);
    }
    return {memory_.get() + size_, capacity_ - size_};
  }
  void take(std::size_t written) { size_ += written; }

  void append(Bytes bytes) {
    if (bytes.empty()) {
      return;
    }
    std::memcpy(room(bytes.size()).data(), bytes.data(), bytes.size());
    size_ += bytes.size();
  }

 private:
  void grow(std::size_t needed) {
    const std::size_t capacity = needed * 2;
    std::unique_ptr<std::uint8_t[]> larger(new std::uint8_t[capacity]);
    if (size_ > 0) {
      std::memcpy(larger.get(), memory_.get(), size_);
    }
    memory_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace godwit::bench
