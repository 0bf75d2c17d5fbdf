// Where one packet ends and the next begins in bytes that go out, however they are cut (MQTT 5.0,
// section 2.1).
//
// Owner and thread: those of the layer that asks. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace godwit::net {

class PacketBorders {
 public:
  // How many of these bytes, the next ones, belong to the packet that has begun or begins with
  // them. At least one.
  std::size_t pass(ByteView bytes);
  // The last packet has come to its end.
  [[nodiscard]] bool at_border() const { return at_ == At::kType; }

 private:
  enum class At : std::uint8_t { kType, kLength, kBody };

  void pass_length(std::uint32_t byte);

  std::uint32_t left_ = 0;  // Of the body, once its length is known.
  std::uint8_t shift_ = 0;  // Of the next byte of the length.
  At at_ = At::kType;
};

}  // namespace godwit::net
