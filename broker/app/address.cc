#include "broker/app/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace godwit::app {
namespace {

constexpr std::string_view kForm =
    "is not an address to bind to; write 127.0.0.1:1883, [::1]:1883, localhost:1883 or *:1883";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

std::optional<BindAddress> parse_ipv4(const std::string& ip, std::uint16_t port) {
  in_addr address{};
  if (inet_pton(AF_INET, ip.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return BindAddress{
      .ip = ip, .port = port, .loopback = (ntohl(address.s_addr) >> 24U) == IN_LOOPBACKNET};
}

std::optional<BindAddress> parse_ipv6(const std::string& ip, std::uint16_t port) {
  in6_addr address{};
  if (inet_pton(AF_INET6, ip.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return BindAddress{.ip = ip, .port = port, .loopback = IN6_IS_ADDR_LOOPBACK(&address) != 0};
}

}  // namespace

Result<std::vector<BindAddress>> parse_bind(std::string_view text) {
  const auto refused = [&] { return fail(Error{fmt::format("`{}` {}", text, kForm)}); };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refused();
  }
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port.has_value()) {
    return refused();
  }

  const std::string_view host = text.substr(0, colon);
  if (host == "localhost") {
    return std::vector<BindAddress>{
        {.ip = "127.0.0.1", .port = *port, .loopback = true},
        {.ip = "::1", .port = *port, .loopback = true, .optional = true}};
  }
  if (host == "*") {
    return std::vector<BindAddress>{{.ip = "0.0.0.0", .port = *port},
                                    {.ip = "::", .port = *port, .optional = true}};
  }
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::optional<BindAddress> address =
      bracketed ? parse_ipv6(std::string(host.substr(1, host.size() - 2)), *port)
                : parse_ipv4(std::string(host), *port);
  if (!address.has_value()) {
    return refused();
  }
  return std::vector<BindAddress>{*address};
}

std::string address_text(std::string_view ip, std::uint16_t port) {
  return ip.find(':') == std::string_view::npos ? fmt::format("{}:{}", ip, port)
                                                : fmt::format("[{}]:{}", ip, port);
}

}  // namespace godwit::app
