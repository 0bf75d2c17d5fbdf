#include "broker/front/outbox.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.h"

namespace godwit::front {

struct SharedBytes::Block {
  std::size_t references;
  std::size_t size;

  std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }
};

SharedBytes::SharedBytes(ByteView bytes)
    : block_(new (::operator new(sizeof(Block) + bytes.size())) Block{1, bytes.size()}) {
  std::copy(bytes.begin(), bytes.end(), block_->bytes());
}

SharedBytes::SharedBytes(const SharedBytes& other) : block_(other.block_) {
  if (block_ != nullptr) {
    ++block_->references;
  }
}

SharedBytes::~SharedBytes() {
  if (block_ != nullptr && --block_->references == 0) {
    ::operator delete(block_);
  }
}

ByteView SharedBytes::view() const { return {block_->bytes(), block_->size}; }

ChunkSlab::~ChunkSlab() {
  while (free_ != nullptr) {
    delete std::exchange(free_, free_->next);
  }
}

ChunkSlab::Chunk* ChunkSlab::take() {
  if (free_ == nullptr) {
    return new Chunk;
  }
  Chunk* chunk = std::exchange(free_, free_->next);
  --free_count_;
  chunk->next = nullptr;
  return chunk;
}

void ChunkSlab::give(Chunk* chunk) {
  if (free_count_ == kFreeMax) {
    delete chunk;
    return;
  }
  chunk->begin = 0;
  chunk->end = 0;
  chunk->shared = {};
  chunk->next = free_;
  free_ = chunk;
  ++free_count_;
}

ChunkSlab::Chunk* Outbox::grow(ChunkSlab& slab) {
  ChunkSlab::Chunk* chunk = slab.take();
  if (tail_ == nullptr) {
    head_ = chunk;
  } else {
    tail_->next = chunk;
  }
  tail_ = chunk;
  return chunk;
}

std::byte* Outbox::append(ChunkSlab& slab, ByteView bytes) {
  static_assert(kContiguousMax < sizeof(ChunkSlab::Chunk::data));
  size_ += bytes.size();
  ChunkSlab::Chunk* chunk = tail_;
  std::size_t room = 0;
  if (chunk != nullptr && !chunk->shared) {
    room = sizeof(chunk->data) - chunk->end;
  }
  // A short packet stays in one piece; a long one fills what is left.
  if (chunk == nullptr || room < std::min(bytes.size(), kContiguousMax)) {
    chunk = grow(slab);
    room = sizeof(chunk->data);
  }
  std::byte* const start = chunk->data + chunk->end;
  const bool whole = bytes.size() <= room;
  while (true) {
    const std::size_t part = std::min(room, bytes.size());
    std::memcpy(chunk->data + chunk->end, bytes.data(), part);
    chunk->end += static_cast<std::uint32_t>(part);
    bytes = bytes.subspan(part);
    if (bytes.empty()) {
      return whole ? start : nullptr;
    }
    chunk = grow(slab);
    room = sizeof(chunk->data);
  }
}

void Outbox::append_shared(ChunkSlab& slab, const SharedBytes& bytes, std::size_t offset) {
  const std::size_t size = bytes.view().size();
  DCHECK(offset < size);
  ChunkSlab::Chunk* chunk = grow(slab);
  chunk->shared = bytes;
  chunk->begin = static_cast<std::uint32_t>(offset);
  chunk->end = static_cast<std::uint32_t>(size);
  size_ += size - offset;
}

std::size_t Outbox::gather(std::span<ByteView> spans) const {
  std::size_t count = 0;
  for (const ChunkSlab::Chunk* chunk = head_; chunk != nullptr && count < spans.size();
       chunk = chunk->next) {
    if (chunk->begin == chunk->end) {
      continue;
    }
    spans[count++] = {chunk->bytes() + chunk->begin, chunk->end - chunk->begin};
  }
  return count;
}

void Outbox::written(ChunkSlab& slab, std::size_t count) {
  DCHECK(count <= size_);
  size_ -= count;
  while (head_ != nullptr) {
    const std::size_t part = std::min<std::size_t>(count, head_->end - head_->begin);
    head_->begin += static_cast<std::uint32_t>(part);
    count -= part;
    if (head_->begin != head_->end) {
      return;
    }
    ChunkSlab::Chunk* done = std::exchange(head_, head_->next);
    slab.give(done);
  }
  tail_ = nullptr;
}

void Outbox::clear(ChunkSlab& slab) { written(slab, size_); }

}  // namespace godwit::front
