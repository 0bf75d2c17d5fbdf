// A hash table of numbered items that grows and shrinks by one bucket at a time (W. Litwin, "Linear
// hashing", 1980): no pause in which a million items are placed anew, about eight bytes an item.
//
// Chains run through `Item::next`. Pure; owned by one index and used on its thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "broker/routing/slab.h"

namespace godwit::routing {

// `HashOf` gives 32 bits for an item, from a hash that is keyed if clients choose the items.
// `Items` gives the item of an Index by `[]`; Index 0 is none.
template <class Item, class Index, class HashOf, class Items = Slab<Item, Index>>
class LinearHash {
 public:
  // `items` outlives the table.
  LinearHash(Items& items, HashOf hash_of)
      : items_(&items), hash_of_(hash_of), buckets_(kBucketsMin) {}

  // The item of this hash for which `is_it` holds, or none.
  template <class IsIt>
  [[nodiscard]] Index find(std::uint32_t hash, IsIt is_it) const {
    Index at = buckets_[bucket(hash)];
    while (at != Index{} && !is_it((*items_)[at])) {
      at = (*items_)[at].next;
    }
    return at;
  }

  void link(Index index) {
    if (++size_ > buckets_.size()) {
      grow();
    }
    push(bucket(hash_of_((*items_)[index])), index);
  }

  // `index` must be in the table.
  void unlink(Index index) {
    Index* at = &buckets_[bucket(hash_of_((*items_)[index]))];
    while (*at != index) {
      at = &(*items_)[*at].next;
    }
    *at = (*items_)[index].next;
    (*items_)[index].next = Index{};
    --size_;
    if (buckets_.size() > kBucketsMin && size_ < buckets_.size() / 2) {
      shrink();
    }
  }

 private:
  static constexpr std::size_t kBucketsMin = 8;

  // With n buckets, 2^k <= n < 2^(k+1): k+1 bits of the hash name the bucket, or k where the one
  // they name does not exist yet.
  [[nodiscard]] std::size_t bucket(std::uint32_t hash) const {
    const std::size_t floor = std::bit_floor(buckets_.size());
    const std::size_t wide = hash & (2 * floor - 1);
    return wide < buckets_.size() ? wide : wide - floor;
  }

  void push(std::size_t bucket, Index index) {
    (*items_)[index].next = buckets_[bucket];
    buckets_[bucket] = index;
  }

  // The new bucket takes its share of the one that differs in the top bit only.
  void grow() {
    const std::size_t added = buckets_.size();
    const std::size_t split = added - std::bit_floor(added);
    buckets_.push_back(Index{});
    Index at = std::exchange(buckets_[split], Index{});
    while (at != Index{}) {
      const Index next = (*items_)[at].next;
      push(bucket(hash_of_((*items_)[at])), at);
      at = next;
    }
  }

  void shrink() {
    const std::size_t removed = buckets_.size() - 1;
    Index at = buckets_.back();
    buckets_.pop_back();
    const std::size_t merged = removed - std::bit_floor(removed);
    while (at != Index{}) {
      const Index next = (*items_)[at].next;
      push(merged, at);
      at = next;
    }
  }

  Items* items_;
  HashOf hash_of_;
  std::vector<Index> buckets_;
  std::size_t size_ = 0;
};

}  // namespace godwit::routing
