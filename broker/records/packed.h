// Numbers of any size in few bytes, for rows that come in large numbers: seven bits a byte, the
// lowest first, the highest bit while more follow. The only room that uses them is this.
//
// Pure; thread: any.
#pragma once

#include "base/big_endian.h"

namespace godwit::records {

inline void put_varint(Bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) {
    to.push_back(static_cast<std::byte>(value | 0x80U));
  }
  to.push_back(static_cast<std::byte>(value));
}

// A number that does not fit 64 bits is taken for one that is cut off: `ok` becomes false.
[[nodiscard]] inline std::uint64_t take_varint(BigEndianReader& from) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = from.number(1);
    value |= (byte & 0x7fU) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  static_cast<void>(from.run(from.left() + 1));
  return 0;
}

}  // namespace godwit::records
