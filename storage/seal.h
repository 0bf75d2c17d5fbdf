// A checksum at the end of a row's value, over its key and its value: a row that was damaged, cut,
// or found under another key is noticed. The store's own checksums cover its blocks only.
//
// Pure; thread: any.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace godwit::storage {

inline constexpr std::size_t kSealBytes = 4;

// Appends the checksum (CRC-32C, big-endian) to `value`.
void seal(ByteView key, Bytes& value);
// What was sealed, as a view into `value`; nothing if it is not whole, or not this key's.
[[nodiscard]] std::optional<ByteView> unseal(ByteView key, ByteView value);

}  // namespace godwit::storage
