// Bytes as tests write them: pairs of hex digits and 'quoted text', a field a line, each with its
// comment.
//
//   wire("30 06"         // PUBLISH, remaining length 6
//        "00 03 'a/b'"   // topic name
//        "'x'")          // payload
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace godwit::mqtt::test {

[[nodiscard]] Bytes wire(std::string_view text);

// "30 06 00 03 61 2F 62 78": for messages of failing tests.
[[nodiscard]] std::string to_hex(ByteView bytes);

// One whole packet: the first byte, the remaining length, the body.
[[nodiscard]] Bytes packet(std::byte first, ByteView body);

// A copy of exactly the size on the heap, so that the address sanitizer sees a read past its end.
class HeapCopy {
 public:
  explicit HeapCopy(ByteView bytes);
  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_;
};

}  // namespace godwit::mqtt::test
