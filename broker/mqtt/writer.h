// Private to the room: writes a stretch of known size at the end of a buffer, which grows once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "broker/mqtt/encoder.h"

namespace godwit::mqtt {

class Writer {
 public:
  // Appends `size` bytes to `out`, which the writes fill to the last byte.
  Writer(Bytes& out, std::size_t size) {
    const std::size_t before = out.size();
    out.resize(before + size);
    at_ = out.data() + before;
    end_ = at_ + size;
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { DCHECK(at_ == end_); }

  // What `text` and `binary` write. A longer field cannot travel: our bug.
  [[nodiscard]] static std::size_t text_size(std::string_view text) {
    CHECK(text.size() <= 65'535);
    return 2 + text.size();
  }
  [[nodiscard]] static std::size_t binary_size(ByteView bytes) { return text_size(as_text(bytes)); }

  void u8(std::uint8_t value) { put(value); }
  void u16(std::uint16_t value) {
    put(static_cast<std::uint8_t>(value >> 8U));
    put(static_cast<std::uint8_t>(value & 0xFFU));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16U));
    u16(static_cast<std::uint16_t>(value & 0xFFFFU));
  }
  // MQTT-1.5.5-1: the shortest form.
  void varint(std::uint32_t value) {
    while (value >= 0x80U) {
      put(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    put(static_cast<std::uint8_t>(value));
  }
  void raw(ByteView bytes) {
    CHECK(bytes.size() <= static_cast<std::size_t>(end_ - at_));
    if (!bytes.empty()) {
      std::memcpy(at_, bytes.data(), bytes.size());
      at_ += bytes.size();
    }
  }
  void binary(ByteView bytes) {
    u16(static_cast<std::uint16_t>(bytes.size()));
    raw(bytes);
  }
  void text(std::string_view text) { binary(as_bytes(text)); }

 private:
  void put(std::uint8_t value) {
    DCHECK(at_ != end_);
    *at_++ = static_cast<std::byte>(value);
  }

  std::byte* at_;
  std::byte* end_;
};

}  // namespace godwit::mqtt
