// Keys: runs of bytes in the order of memcmp, numbers in them big-endian.
//
// Thread: any.
#pragma once

#include <compare>

#include "base/bytes.h"

namespace godwit::storage {

[[nodiscard]] std::strong_ordering compare(ByteView left, ByteView right);

struct KeyLess {
  using is_transparent = void;
  bool operator()(ByteView left, ByteView right) const { return compare(left, right) < 0; }
};

// Keys from `first` up to and without `end`; no `end`: to the last one.
struct KeyRange {
  Bytes first;
  Bytes end;

  [[nodiscard]] bool contains(ByteView key) const;
};

// All keys that begin with `prefix`.
[[nodiscard]] KeyRange with_prefix(ByteView prefix);
// Those of them that are not before `first`, which begins with `prefix` too.
[[nodiscard]] KeyRange with_prefix_from(ByteView prefix, ByteView first);

}  // namespace godwit::storage
