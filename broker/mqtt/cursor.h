// Private to the room: the one reader of bytes from a peer. Every decoder reads through it, and no
// read leaves the packet.
//
// A failure sticks: the first one is kept, the cursor moves to its end, and later reads give zero.
// So a decoder reads straight on and asks once. A field that does not fit is reported at its first
// byte; what else is wrong with it, at the byte that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "broker/mqtt/error.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/utf8.h"

namespace godwit::mqtt {

class Cursor {
 public:
  // `offset` is that of the first of `bytes` in its packet.
  Cursor(ByteView bytes, std::size_t offset)
      : begin_(bytes.data()), size_(bytes.size()), base_(offset) {}
  explicit Cursor(const Frame& frame) : Cursor(frame.body, frame.header_size()) {}

  [[nodiscard]] bool ok() const { return error_.reason == ReasonCode::kSuccess; }
  // Only after a failure.
  [[nodiscard]] const DecodeError& error() const { return error_; }
  // Of the next byte, from the start of the packet.
  [[nodiscard]] std::size_t offset() const { return base_ + at_; }
  [[nodiscard]] std::size_t remaining() const { return size_ - at_; }
  [[nodiscard]] bool empty() const { return at_ == size_; }

  void refuse(ReasonCode reason, std::size_t offset, std::string_view what) {
    if (ok()) {
      error_ = DecodeError{reason, offset, what};
      at_ = size_;
    }
  }
  void refuse_malformed(std::size_t offset, std::string_view what) {
    refuse(ReasonCode::kMalformedPacket, offset, what);
  }
  // E-113: what stands behind the last field of a packet.
  void refuse_surplus() {
    if (!empty()) {
      refuse_malformed(offset(), "surplus bytes behind the last field");
    }
  }

  // `what` says which field is cut off when it does not fit: "keep alive is cut off".
  std::uint8_t u8(std::string_view what) { return static_cast<std::uint8_t>(big_endian(1, what)); }
  std::uint16_t u16(std::string_view what) {
    return static_cast<std::uint16_t>(big_endian(2, what));
  }
  std::uint32_t u32(std::string_view what) { return big_endian(4, what); }

  // Section 1.5.5.
  std::uint32_t varint(std::string_view what) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4 && i < remaining(); ++i) {
      const auto byte = std::to_integer<std::uint32_t>(begin_[at_ + i]);
      value |= (byte & 0x7FU) << (7 * i);
      if ((byte & 0x80U) == 0) {
        if (byte == 0 && i != 0) {
          refuse_malformed(offset() + i, "variable byte integer is padded");  // MQTT-1.5.5-1
          return 0;
        }
        at_ += i + 1;
        return value;
      }
    }
    if (remaining() < 4) {
      refuse_malformed(offset(), what);
    } else {
      refuse_malformed(offset() + 3, "variable byte integer has over four bytes");
    }
    return 0;
  }

  // `size` is at most what remains.
  ByteView take(std::size_t size) {
    DCHECK(size <= remaining());
    const ByteView view{begin_ + at_, size};
    at_ += size;
    return view;
  }

  // All that is left.
  ByteView rest() { return take(remaining()); }
  // The same, without taking it.
  [[nodiscard]] ByteView unread() const { return {begin_ + at_, remaining()}; }

  // Section 1.5.6: two bytes of length, then that many bytes.
  ByteView binary(std::string_view what) {
    const std::size_t length_at = offset();
    const std::size_t size = u16(what);
    if (size > remaining()) {
      refuse_malformed(length_at, what);
      return {};
    }
    return take(size);
  }

  // Section 1.5.4, not looked at yet: for topics, whose check covers UTF-8.
  std::string_view unchecked_text(std::string_view what) { return as_text(binary(what)); }

  std::string_view text(std::string_view what) {
    const std::string_view text = unchecked_text(what);
    if (const auto at = find_invalid_utf8(text)) {
      refuse_malformed(offset() - text.size() + *at, "string is not valid UTF-8");
      return {};
    }
    return text;
  }

 private:
  std::uint32_t big_endian(std::size_t size, std::string_view what) {
    if (size > remaining()) {
      refuse_malformed(offset(), what);
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = (value << 8U) | std::to_integer<std::uint32_t>(begin_[at_ + i]);
    }
    at_ += size;
    return value;
  }

  const std::byte* begin_;
  std::size_t size_;
  std::size_t base_;
  std::size_t at_ = 0;
  DecodeError error_{};
};

}  // namespace godwit::mqtt
