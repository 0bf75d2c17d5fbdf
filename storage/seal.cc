#include "storage/seal.h"

#include "base/big_endian.h"
#include "base/crc32c.h"

namespace godwit::storage {

void seal(ByteView key, Bytes& value) {
  put_big_endian(value, crc32c(value, crc32c(key)), kSealBytes);
}

std::optional<ByteView> unseal(ByteView key, ByteView value) {
  if (value.size() < kSealBytes) {
    return std::nullopt;
  }
  const ByteView sealed = value.first(value.size() - kSealBytes);
  BigEndianReader reader(value.last(kSealBytes));
  return reader.number(kSealBytes) == crc32c(sealed, crc32c(key)) ? std::optional(sealed)
                                                                  : std::nullopt;
}

}  // namespace godwit::storage
