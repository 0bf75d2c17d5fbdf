#include "broker/net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace godwit::net {
namespace {

using Parsed = Result<std::optional<ProxyHeader>, ProxyError>;

// Version 1, section 2.1.
constexpr std::string_view kTextSignature = "PROXY ";
constexpr std::size_t kTextBytesMax = 107;
// Version 2, section 2.2.
constexpr std::string_view kBinarySignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kFixedBytes = 16;
constexpr unsigned kVersion2 = 0x2;
constexpr unsigned kLocal = 0x0;
constexpr unsigned kProxied = 0x1;
constexpr unsigned kTcp4 = 0x11;
constexpr unsigned kTcp6 = 0x21;

auto wrong(std::string_view what) { return fail(ProxyError{what}); }

bool begins_like(ByteView bytes, std::string_view signature) {
  const std::size_t common = std::min(bytes.size(), signature.size());
  return as_text(bytes.first(common)) == signature.substr(0, common);
}

std::string with_port(int family, const void* address, std::uint16_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  const std::string ip(text.data());
  return (family == AF_INET6 ? '[' + ip + ']' : ip) + ':' + std::to_string(port);
}

// Digits only, no leading zero, as the specification has it.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool canonical = !text.empty() && (text.size() == 1 || text.front() != '0');
  if (!canonical || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

std::optional<std::string> parse_address(int family, std::string_view ip, std::string_view port) {
  in6_addr address{};
  const std::optional<std::uint16_t> number = parse_port(port);
  if (!number || inet_pton(family, std::string(ip).c_str(), &address) != 1) {
    return std::nullopt;
  }
  return with_port(family, &address, *number);
}

// "TCP4 SOURCE DESTINATION PORT PORT": exactly one blank between two words.
std::optional<std::array<std::string_view, 5>> five_words(std::string_view text) {
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t blank = text.find(' ');
    const bool last = i + 1 == words.size();
    if (last != (blank == std::string_view::npos) || text.empty()) {
      return std::nullopt;
    }
    words[i] = text.substr(0, blank);
    text.remove_prefix(last ? text.size() : blank + 1);
  }
  return words;
}

Parsed parse_text(ByteView bytes) {
  const std::string_view seen = as_text(bytes.first(std::min(bytes.size(), kTextBytesMax)));
  const std::size_t end = seen.find("\r\n");
  if (end == std::string_view::npos) {
    if (seen.size() == kTextBytesMax) {
      return wrong("the line of version 1 has no end");
    }
    return std::optional<ProxyHeader>();
  }
  ProxyHeader header{.address = {}, .size = end + 2};
  const std::string_view line = seen.substr(kTextSignature.size(), end - kTextSignature.size());
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) {
    return header;
  }
  const auto words = five_words(line);
  if (!words || ((*words)[0] != "TCP4" && (*words)[0] != "TCP6")) {
    return wrong("bad line of version 1");
  }
  const int family = (*words)[0] == "TCP4" ? AF_INET : AF_INET6;
  const auto source = parse_address(family, (*words)[1], (*words)[3]);
  if (!source || !parse_address(family, (*words)[2], (*words)[4])) {
    return wrong("bad address in version 1");
  }
  header.address = *source;
  return header;
}

std::uint16_t big_endian(ByteView two) {
  return static_cast<std::uint16_t>((std::to_integer<unsigned>(two[0]) << 8U) |
                                    std::to_integer<unsigned>(two[1]));
}

// The fields of the address block: source, destination, source port, destination port.
std::optional<std::string> source_of(int family, ByteView block) {
  const std::size_t ip_bytes = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
  if (block.size() < 2 * ip_bytes + 4) {
    return std::nullopt;
  }
  return with_port(family, block.data(), big_endian(block.subspan(2 * ip_bytes)));
}

Parsed parse_binary(ByteView bytes) {
  if (bytes.size() < kFixedBytes) {
    return std::optional<ProxyHeader>();
  }
  const auto version_and_command = std::to_integer<unsigned>(bytes[12]);
  const unsigned command = version_and_command & 0xFU;
  if (version_and_command >> 4U != kVersion2 || command > kProxied) {
    return wrong("unknown version or command");
  }
  const auto family = std::to_integer<unsigned>(bytes[13]);
  ProxyHeader header{.address = {}, .size = kFixedBytes + big_endian(bytes.subspan(14))};
  if (header.size > kProxyHeaderBytesMax) {
    return wrong("the header of version 2 is too long");
  }
  if (bytes.size() < header.size) {
    return std::optional<ProxyHeader>();
  }
  if (command == kLocal || (family != kTcp4 && family != kTcp6)) {
    return header;
  }
  const ByteView block = bytes.subspan(kFixedBytes, header.size - kFixedBytes);
  const auto source = source_of(family == kTcp4 ? AF_INET : AF_INET6, block);
  if (!source) {
    return wrong("the addresses of version 2 are cut short");
  }
  header.address = *source;
  return header;
}

}  // namespace

Parsed parse_proxy_header(ByteView bytes) {
  if (begins_like(bytes, kBinarySignature)) {
    return parse_binary(bytes);
  }
  if (!begins_like(bytes, kTextSignature)) {
    return wrong("no PROXY header");
  }
  return bytes.size() < kTextSignature.size() ? Parsed(std::optional<ProxyHeader>())
                                              : parse_text(bytes);
}

}  // namespace godwit::net
