// HTTP/1.1 requests and responses as values, and their bytes. Pure.
//
// Only what a GET needs, an administrator's or the one that asks for a WebSocket (RFC 9112): no
// bodies in requests, no chunks. Everything else is refused with a status, and the connection is
// closed then.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace godwit::net {

struct HttpField {
  std::string name;   // As it was written; compared by http_names_equal.
  std::string value;  // Without the blanks around it.
};

struct HttpRequest {
  std::string method;  // "GET" or "HEAD".
  std::string target;  // "/metrics?x=1": begins with a slash, printable ASCII.
  std::vector<HttpField> fields = {};
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

// The head of one request.
struct HttpHead {
  HttpRequest request;
  bool version_1_0 = false;
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

// Names of fields, and words in most of their values, are the same in upper and lower case.
[[nodiscard]] bool http_names_equal(std::string_view a, std::string_view b);
// Null if there is none; the first if there are several.
[[nodiscard]] const std::string* find_field(const std::vector<HttpField>& fields,
                                            std::string_view name);
enum class HttpCase : bool { kIgnored, kMatters };

// Whether a list such as "keep-alive, Upgrade" has the word (RFC 9110, section 5.6.1).
[[nodiscard]] bool list_has(std::string_view list, std::string_view word,
                            HttpCase letters = HttpCase::kIgnored);

// The fields of a message whose first line was taken off; each line ends with CRLF.
[[nodiscard]] Result<std::vector<HttpField>, HttpRefusal> parse_http_fields(std::string_view lines);

[[nodiscard]] HttpResponse response_to(const HttpRefusal& refusal);

// Status line, headers and body. `with_body`: false for HEAD, which gets the length all the same.
[[nodiscard]] std::string format_http(const HttpResponse& response, bool with_body,
                                      bool keep_alive);

}  // namespace godwit::net
