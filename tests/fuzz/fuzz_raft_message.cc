// Whatever bytes come from a peer: refused, or a message whose bytes are these.
#include <cstdint>

#include "base/check.h"
#include "cluster/replica/message_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace godwit;  // NOLINT(google-build-using-namespace)
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto message = replica::decode_message(bytes);
  if (!message) {
    CHECK(message.error().offset <= size);
    return 0;
  }
  Bytes again;
  replica::encode(*message, again);
  // A configuration is sorted when it is read, so the second time is what has to be the same.
  const auto decoded = replica::decode_message(again);
  CHECK(decoded.has_value());
  Bytes third;
  replica::encode(*decoded, third);
  CHECK(again == third && again.size() == size);
  return 0;
}
