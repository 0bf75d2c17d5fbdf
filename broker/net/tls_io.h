// OpenSSL's way to our spans: it reads what a call was shown and appends what it says to a call's
// output, without a buffer in between. Private to the room's .cc files.
#pragma once

#include <openssl/bio.h>

#include <span>

#include "base/bytes.h"

namespace godwit::net {

// Set for the time of a call.
struct TlsIo {
  std::span<std::byte> source;
  Bytes* sink = nullptr;
};

// The caller owns it; it outlives the BIOs made of it.
[[nodiscard]] BIO_METHOD* make_tls_io_method();

}  // namespace godwit::net
