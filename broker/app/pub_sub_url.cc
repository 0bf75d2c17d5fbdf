#include "broker/app/pub_sub_url.h"

#include <fmt/format.h>

#include <charconv>

namespace godwit::app {
namespace {

struct Scheme {
  std::string_view name;
  bool tls;
  bool websocket;
  std::uint16_t port;
};

constexpr Scheme kSchemes[] = {{"mqtt", false, false, 1883},
                               {"mqtts", true, false, 8883},
                               {"ws", false, true, 80},
                               {"wss", true, true, 443}};

tl::unexpected<Error> refuse(std::string_view what) {
  return fail(Error{fmt::format(
      "the URL {}; write mqtt://user@host:1883/topic, mqtts://…, ws://host:80/path or wss://…",
      what)});
}

std::optional<unsigned> hex_digit(char letter) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(&letter, &letter + 1, value, 16);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) {
      return std::nullopt;
    }
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) {
      return std::nullopt;
    }
    decoded += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return decoded;
}

bool read_user(std::string_view text, ClientUrl& url) {
  const std::size_t colon = text.find(':');
  url.user_name = percent_decoded(text.substr(0, colon));
  if (colon != std::string_view::npos) {
    url.password = percent_decoded(text.substr(colon + 1));
    return url.user_name && url.password;
  }
  return url.user_name.has_value();
}

// "host", "host:1883", "[::1]", "[::1]:1883".
bool read_host(std::string_view text, ClientUrl& url) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return false;
    }
    url.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    url.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (url.host.empty() || rest.empty()) {
    return !url.host.empty();
  }
  std::uint16_t port = 0;
  const char* last = rest.data() + rest.size();
  const auto [end, error] = std::from_chars(rest.data() + 1, last, port);
  url.port = port;
  return rest[0] == ':' && error == std::errc{} && end == last && port != 0;
}

}  // namespace

std::uint16_t default_port(bool tls, bool websocket) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.tls == tls && scheme.websocket == websocket) {
      return scheme.port;
    }
  }
  return 0;
}

Result<ClientUrl> parse_client_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const Scheme* found = nullptr;
  for (const Scheme& scheme : kSchemes) {
    if (scheme_end != std::string_view::npos && text.substr(0, scheme_end) == scheme.name) {
      found = &scheme;
    }
  }
  if (found == nullptr) {
    return refuse("has none of the schemes mqtt, mqtts, ws, wss");
  }
  ClientUrl url;
  url.tls = found->tls;
  url.websocket = found->websocket;
  std::string_view authority = text.substr(scheme_end + 3);
  const std::size_t slash = authority.find('/');
  const std::string_view path =
      slash == std::string_view::npos ? std::string_view() : authority.substr(slash);
  authority = authority.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (!read_user(authority.substr(0, at), url)) {
      return refuse("has a broken percent-encoding in its user");
    }
    authority.remove_prefix(at + 1);
  }
  if (!read_host(authority, url)) {
    return refuse("has no host, or no port from 1 to 65535 behind it");
  }
  if (url.websocket) {
    url.path = path;
  } else if (path.size() > 1) {
    const auto topic = percent_decoded(path.substr(1));
    if (!topic) {
      return refuse("has a broken percent-encoding in its topic");
    }
    url.topic = *topic;
  }
  return url;
}

}  // namespace godwit::app
