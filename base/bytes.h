// Views and owned runs of bytes, and the two bridges between bytes and text.
//
// Thread: any. Nothing here allocates except `Bytes` itself.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace godwit {

// Borrowed bytes; valid as long as whoever handed them out says so.
using ByteView = std::span<const std::byte>;

// Owned bytes, for what is stored or mailed; never for what only passes through.
using Bytes = std::vector<std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace godwit
