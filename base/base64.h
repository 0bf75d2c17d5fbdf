// Base64 with padding (RFC 4648, section 4), for texts that carry bytes.
//
// Thread: any. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace godwit {

[[nodiscard]] std::string to_base64(ByteView bytes);

// Strict: one text for each run of bytes. None for other letters, white space, missing padding, or
// bits behind the last byte that are not zero.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace godwit
