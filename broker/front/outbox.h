// The bytes that wait for one connection's socket.
//
// A chain of chunks from a slab that the thread owns, so that an idle connection holds none. Large
// payloads that go to several receivers hang in the chain by a counted reference instead of a copy.
// `net` reads the chain as an array of spans and reports what it has written.
//
// Thread: the I/O thread of its front. Pure: memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace godwit::front {

// Immutable bytes shared by several outboxes of one thread; the count is plain.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(ByteView bytes);
  SharedBytes(const SharedBytes& other);
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes();

  [[nodiscard]] ByteView view() const;
  [[nodiscard]] explicit operator bool() const { return block_ != nullptr; }

 private:
  struct Block;
  Block* block_ = nullptr;
};

// Chunks of one thread: freed ones are kept up to a bound and handed out again.
class ChunkSlab {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{16} << 10U;

  struct Chunk {
    Chunk* next = nullptr;
    std::uint32_t begin = 0;  // Of the bytes not yet written to the socket.
    std::uint32_t end = 0;
    SharedBytes shared;  // If set, the bytes are its, and `data` is not used.
    std::byte data[kChunkBytes - 32];

    [[nodiscard]] const std::byte* bytes() const { return shared ? shared.view().data() : data; }
  };

  ChunkSlab() = default;
  ChunkSlab(const ChunkSlab&) = delete;
  ChunkSlab& operator=(const ChunkSlab&) = delete;
  ~ChunkSlab();

  [[nodiscard]] Chunk* take();
  void give(Chunk* chunk);

 private:
  static constexpr std::size_t kFreeMax = 1024;
  Chunk* free_ = nullptr;
  std::size_t free_count_ = 0;
};

class Outbox {
 public:
  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Copies `bytes` to the end; returns where the copy begins if it lies in one piece (always, up
  // to kContiguousMax), so that a packet id can be put in; null if it was split.
  static constexpr std::size_t kContiguousMax = 1024;
  std::byte* append(ChunkSlab& slab, ByteView bytes);
  // Hangs `bytes` from `offset` on into the chain without a copy.
  void append_shared(ChunkSlab& slab, const SharedBytes& bytes, std::size_t offset);

  // Fills `spans` with what is to be written, oldest first; returns how many it filled.
  std::size_t gather(std::span<ByteView> spans) const;
  // Drops the first `count` bytes and gives emptied chunks back.
  void written(ChunkSlab& slab, std::size_t count);
  void clear(ChunkSlab& slab);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  ChunkSlab::Chunk* grow(ChunkSlab& slab);

  ChunkSlab::Chunk* head_ = nullptr;
  ChunkSlab::Chunk* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace godwit::front
