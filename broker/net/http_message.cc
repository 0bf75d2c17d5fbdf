#include "broker/net/http_message.h"

#include <algorithm>
#include <string>
#include <utility>

namespace godwit::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

using Refused = std::optional<HttpRefusal>;

HttpRefusal bad_request(std::string_view what) { return {400, what}; }

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter_or_digit =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return letter_or_digit || kOthers.find(c) != std::string_view::npos;
  });
}

bool is_visible(char c) { return c > ' ' && c < 0x7F; }

// No control characters: neither a lone CR or LF nor a NUL slips through.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7F);
  });
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view take_line(std::string_view& lines) {
  const std::string_view line = lines.substr(0, lines.find(kLineEnd));
  lines.remove_prefix(std::min(lines.size(), line.size() + kLineEnd.size()));
  return line;
}

Refused take_request_line(std::string_view line, HttpHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad_request("bad request line");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) {
    return bad_request("bad method");
  }
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible)) {
    return bad_request("bad target");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/")) {
    return bad_request("bad version");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return HttpRefusal{505, "only HTTP/1.1 is spoken"};
  }
  if (method != "GET" && method != "HEAD") {
    return HttpRefusal{405, "only GET and HEAD are served"};
  }
  if (target.front() != '/') {
    return bad_request("bad target");
  }
  head.request.method = method;
  head.request.target = target;
  head.version_1_0 = version == "HTTP/1.0";
  head.keep_alive = !head.version_1_0;
  return std::nullopt;
}

// What the fields say about the message itself.
Refused judge_fields(HttpHead& head) {
  unsigned hosts = 0;
  for (const auto& [name, value] : head.request.fields) {
    if (http_names_equal(name, "Host")) {
      ++hosts;
    } else if (http_names_equal(name, "Transfer-Encoding") ||
               (http_names_equal(name, "Content-Length") && value != "0")) {
      return bad_request("a body is not expected");
    } else if (http_names_equal(name, "Connection")) {
      head.keep_alive = !list_has(value, "close") &&
                        (head.keep_alive || (head.version_1_0 && list_has(value, "keep-alive")));
    }
  }
  // RFC 9112 section 3.2.
  if (hosts > 1 || (hosts == 0 && !head.version_1_0)) {
    return bad_request("exactly one Host is expected");
  }
  return std::nullopt;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace

Result<std::optional<HttpHead>, HttpRefusal> parse_http_head(std::string_view bytes,
                                                             std::size_t head_bytes_max) {
  const std::size_t end = bytes.substr(0, head_bytes_max).find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (bytes.size() >= head_bytes_max) {
      return fail(HttpRefusal{431, "the header is too large"});
    }
    return std::optional<HttpHead>();
  }
  std::string_view lines = bytes.substr(0, end + kLineEnd.size());
  HttpHead head;
  head.size = end + kHeadEnd.size();
  if (const Refused refused = take_request_line(take_line(lines), head)) {
    return fail(*refused);
  }
  auto fields = parse_http_fields(lines);
  if (!fields) {
    return fail(fields.error());
  }
  head.request.fields = std::move(*fields);
  if (const Refused refused = judge_fields(head)) {
    return fail(*refused);
  }
  return std::optional<HttpHead>(std::move(head));
}

Result<std::vector<HttpField>, HttpRefusal> parse_http_fields(std::string_view lines) {
  std::vector<HttpField> fields;
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    const std::size_t colon = line.find(':');
    // A name that begins with a blank would be a folded line, which RFC 9112 forbids.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return fail(bad_request("bad header"));
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) {
      return fail(bad_request("bad header"));
    }
    fields.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return fields;
}

bool http_names_equal(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

const std::string* find_field(const std::vector<HttpField>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const HttpField& field) {
    return http_names_equal(field.name, name);
  });
  return found == fields.end() ? nullptr : &found->value;
}

bool list_has(std::string_view list, std::string_view word, HttpCase letters) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view one = trim(list.substr(0, comma));
    if (letters == HttpCase::kMatters ? one == word : http_names_equal(one, word)) {
      return true;
    }
    if (comma == std::string_view::npos) {
      break;
    }
    list.remove_prefix(comma + 1);
  }
  return false;
}

HttpResponse response_to(const HttpRefusal& refusal) {
  return {refusal.status, "text/plain; charset=utf-8", std::string(refusal.what) + '\n'};
}

std::string format_http(const HttpResponse& response, bool with_body, bool keep_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text += reason_phrase(response.status);
  text += kLineEnd;
  // RFC 9110 section 15.5.6.
  if (response.status == 405) {
    text += "Allow: GET, HEAD\r\n";
  }
  // RFC 9110 section 15.5.22, RFC 6455 section 4.4.
  if (response.status == 426) {
    text += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  }
  text += "Content-Type: " + response.content_type + "\r\n";
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  text += "Cache-Control: no-store\r\n";
  if (!keep_alive) {
    text += "Connection: close\r\n";
  }
  text += kLineEnd;
  if (with_body) {
    text += response.body;
  }
  return text;
}

}  // namespace godwit::net
