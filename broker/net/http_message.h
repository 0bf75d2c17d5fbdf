// HTTP/1.1 requests and responses as values, and their bytes. Pure.
//
// Only what an administrator's GET needs (RFC 9112): no bodies in requests, no chunks, no upgrade.
// Everything else is refused with a status, and the connection is closed then.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::net {

struct HttpRequest {
  std::string method;  // "GET" or "HEAD".
  std::string target;  // "/metrics?x=1": begins with a slash, printable ASCII.
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

// The head of one request.
struct HttpHead {
  HttpRequest request;
  bool keep_alive = true;  // The client wants to go on.
  std::size_t size = 0;    // Bytes, with the empty line.
};

// Why a request is not served.
struct HttpRefusal {
  unsigned status;
  std::string_view what;  // A literal.
};

// The head at the start of `bytes`; none while its end has not come. A head that is not finished
// within `head_bytes_max` is refused (431).
[[nodiscard]] Result<std::optional<HttpHead>, HttpRefusal> parse_http_head(
    std::string_view bytes, std::size_t head_bytes_max);

[[nodiscard]] HttpResponse response_to(const HttpRefusal& refusal);

// Status line, headers and body. `with_body`: false for HEAD, which gets the length all the same.
[[nodiscard]] std::string format_http(const HttpResponse& response, bool with_body,
                                      bool keep_alive);

}  // namespace godwit::net
