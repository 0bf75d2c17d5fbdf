// Items of one type under small numbers, in blocks: no copy when it grows, no allocation per item,
// and four bytes instead of a pointer for whoever refers to one.
//
// Number 0 is never given out and stands for "none". Blocks stay until the slab goes, so its
// memory is that of its fullest moment. Pure; owned by one tree and used on its thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"

namespace godwit::routing {

// `Index` is a StrongId over 32 bits. `Item` has a member `Index next`, which links free items here
// and belongs to the owner while the item is taken.
template <class Item, class Index>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  // A number for an item in its default state.
  [[nodiscard]] Index take() {
    if (free_ != Index{}) {
      const Index index = free_;
      free_ = (*this)[index].next;
      (*this)[index].next = Index{};
      return index;
    }
    if (end_ >= blocks_.size() * kBlockItems) {
      CHECK(end_ <= UINT32_MAX - kBlockItems);
      blocks_.push_back(std::make_unique<Block>());
    }
    return Index{static_cast<std::uint32_t>(end_++)};
  }

  void give_back(Index index) {
    Item& item = (*this)[index];
    item = Item{};
    item.next = free_;
    free_ = index;
  }

  [[nodiscard]] Item& operator[](Index index) {
    return (*blocks_[index.value() / kBlockItems])[index.value() % kBlockItems];
  }
  [[nodiscard]] const Item& operator[](Index index) const {
    return (*blocks_[index.value() / kBlockItems])[index.value() % kBlockItems];
  }

 private:
  static constexpr std::size_t kBlockItems = 256;
  using Block = std::array<Item, kBlockItems>;

  // Block 0 is made with the first item; its item 0 is the one that is never given out.
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t end_ = 1;
  Index free_{};
};

}  // namespace godwit::routing
