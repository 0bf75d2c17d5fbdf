#include "storage/key.h"

#include <algorithm>
#include <cstring>

namespace godwit::storage {
namespace {

// The first key behind all that begin with `prefix`; empty if there is none.
Bytes behind(ByteView prefix) {
  Bytes end(prefix.begin(), prefix.end());
  while (!end.empty() && end.back() == std::byte{0xff}) {
    end.pop_back();
  }
  if (!end.empty()) {
    end.back() = static_cast<std::byte>(std::to_integer<unsigned>(end.back()) + 1);
  }
  return end;
}

}  // namespace

std::strong_ordering compare(ByteView left, ByteView right) {
  const std::size_t common = std::min(left.size(), right.size());
  const int order = common == 0 ? 0 : std::memcmp(left.data(), right.data(), common);
  return order == 0 ? left.size() <=> right.size() : order <=> 0;
}

bool KeyRange::contains(ByteView key) const {
  return compare(first, key) <= 0 && (end.empty() || compare(key, end) < 0);
}

KeyRange with_prefix(ByteView prefix) {
  return {Bytes(prefix.begin(), prefix.end()), behind(prefix)};
}

KeyRange with_prefix_from(ByteView prefix, ByteView first) {
  return {Bytes(first.begin(), first.end()), behind(prefix)};
}

}  // namespace godwit::storage
