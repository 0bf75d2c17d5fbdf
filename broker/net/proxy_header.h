// The PROXY protocol, versions 1 and 2: a load balancer says in front of the stream who its client
// is. https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt
//
// Pure. Everything is bounded: a line of version 1 ends within 107 bytes, a header of version 2
// within kProxyHeaderBytesMax.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace godwit::net {

// Version 2 allows 64 KiB of further fields, which we do not read; real ones have a few hundred.
inline constexpr std::size_t kProxyHeaderBytesMax = 4'096;

struct ProxyHeader {
  // Of the client: "192.0.2.7:40312", "[2001:db8::7]:40312". Empty if the balancer speaks for
  // itself (LOCAL, UNKNOWN) or of something that is not TCP over IP: the socket's own holds then.
  std::string address;
  std::size_t size = 0;  // Bytes of the header.
};

struct ProxyError {
  std::string_view what;  // A literal.
};

// The header at the start of `bytes`; none while its end has not come. Never looks beyond
// kProxyHeaderBytesMax bytes.
[[nodiscard]] Result<std::optional<ProxyHeader>, ProxyError> parse_proxy_header(ByteView bytes);

}  // namespace godwit::net
