// CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum of what is stored. It finds damage,
// not malice.
//
// Thread: any.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace godwit {

// `before` is the checksum of what came before `bytes`, so that runs can be added up.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t before = 0);

// The same without the processor's instruction, for those that have none.
[[nodiscard]] std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t before = 0);

}  // namespace godwit
