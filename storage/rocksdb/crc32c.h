// CRC-32C (Castagnoli), for the small files this room writes itself. RocksDB has one of its own for
// its files, and does not offer it.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace godwit::storage::rocks {

// Thread: any.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes);

}  // namespace godwit::storage::rocks
