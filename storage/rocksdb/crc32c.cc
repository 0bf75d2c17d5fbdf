#include "storage/rocksdb/crc32c.h"

#include <array>

namespace godwit::storage::rocks {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? value >> 1U ^ 0x82f63b78U : value >> 1U;
    }
    table.at(byte) = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
  std::uint32_t value = ~0U;
  for (const std::byte byte : bytes) {
    value = kTable.at((value ^ std::to_integer<std::uint32_t>(byte)) & 0xffU) ^ value >> 8U;
  }
  return ~value;
}

}  // namespace godwit::storage::rocks
