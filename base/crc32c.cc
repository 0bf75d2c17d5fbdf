#include "base/crc32c.h"

#include <array>
#include <cstring>

namespace godwit {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // 0x1edc6f41 with its bits reversed.

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1) != 0 ? crc >> 1 ^ kPolynomial : crc >> 1;
    }
    table.at(byte) = crc;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

#ifdef __x86_64__
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(ByteView bytes,
                                                                      std::uint32_t before) {
  std::uint64_t crc = ~before;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof(word));
    crc = __builtin_ia32_crc32di(crc, word);
    bytes = bytes.subspan(sizeof(word));
  }
  auto narrow = static_cast<std::uint32_t>(crc);
  for (const std::byte byte : bytes) {
    narrow = __builtin_ia32_crc32qi(narrow, std::to_integer<unsigned char>(byte));
  }
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const std::byte byte : bytes) {
    crc = crc >> 8 ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  }
  return ~crc;
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
#ifdef __x86_64__
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  if (kHasInstruction) {
    return crc32c_by_instruction(bytes, before);
  }
#endif
  return crc32c_by_table(bytes, before);
}

}  // namespace godwit
