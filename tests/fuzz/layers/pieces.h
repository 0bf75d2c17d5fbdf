// What layers must not notice: how their input was cut.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "tests/unit/net/stream_pair.h"

namespace godwit::fuzz {

// Small, so that layers fill it, and cheap to make.
inline constexpr std::size_t kScratchBytes = 512;

// Feeds `wire` in pieces of so many bytes, each in memory of its own, since layers write into it.
inline void feed_in_pieces(net::test::StreamEnd& end, ByteView wire, std::size_t piece) {
  while (!wire.empty()) {
    const std::size_t count = std::min(std::max<std::size_t>(piece, 1), wire.size());
    Bytes bytes(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(count));
    end.feed(bytes);
    wire = wire.subspan(count);
  }
}

}  // namespace godwit::fuzz
