// PROXY headers: tables of good and bad ones, and every way to cut the good ones.
#include "broker/net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

#include "broker/net/proxy_transform.h"
#include "tests/unit/net/stream_pair.h"

namespace godwit::net::test {
namespace {

using std::string_literals::operator""s;

const std::string kSignature2("\r\n\r\n\0\r\nQUIT\n", 12);

// `what`: version and command, family and protocol; `block`: addresses and further fields.
std::string version2(const std::string& what, const std::string& block) {
  std::string header = kSignature2 + what;
  header += static_cast<char>(block.size() >> 8U);
  header += static_cast<char>(block.size() & 0xFFU);
  return header + block;
}

const std::string kIpv4Block = "\xC0\x00\x02\x07\xC6\x33\x64\x01\x9D\x80\x07\x5B"s;
const std::string kIpv6Block =
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x07"
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01"
    "\x9D\x80\x07\x5B"s;

struct Good {
  const char* what;
  std::string header;
  const char* address;
};

const Good kGood[] = {
    {"TCP4", "PROXY TCP4 192.0.2.7 198.51.100.1 40320 1883\r\n", "192.0.2.7:40320"},
    {"TCP6", "PROXY TCP6 2001:db8::7 2001:db8::1 40320 1883\r\n", "[2001:db8::7]:40320"},
    {"unknown", "PROXY UNKNOWN\r\n", ""},
    {"unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""},
    {"binary IPv4", version2("\x21\x11", kIpv4Block), "192.0.2.7:40320"},
    {"binary IPv6", version2("\x21\x21", kIpv6Block), "[2001:db8::7]:40320"},
    {"binary with further fields", version2("\x21\x11", kIpv4Block + "\x02\x00\x01x"s),
     "192.0.2.7:40320"},
    {"of the balancer itself", version2("\x20\x00"s, ""), ""},
    {"of the balancer itself, with an address", version2("\x20\x11"s, kIpv4Block), ""},
    {"a Unix socket", version2("\x21\x31"s, std::string(216, 'x')), ""},
    {"UDP, which is not ours", version2("\x21\x12"s, kIpv4Block), ""},
};

TEST(ProxyHeader, good_headers_tell_the_client) {
  for (const Good& row : kGood) {
    const std::string bytes = row.header + "\x10rest";
    const auto header = parse_proxy_header(as_bytes(bytes));
    ASSERT_TRUE(header && header->has_value()) << row.what;
    EXPECT_EQ((*header)->address, row.address) << row.what;
    EXPECT_EQ((*header)->size, row.header.size()) << row.what;
  }
}

TEST(ProxyHeader, every_beginning_of_a_good_header_waits_for_more) {
  for (const Good& row : kGood) {
    for (std::size_t size = 0; size < row.header.size(); ++size) {
      const auto header = parse_proxy_header(as_bytes(row.header).first(size));
      EXPECT_TRUE(header && !header->has_value()) << row.what << " cut to " << size;
    }
  }
}

TEST(ProxyHeader, bad_headers_are_refused) {
  const std::string kRows[] = {
      "\x10\x0C",
      "GET / HTTP/1.1\r\n",
      "PROXYTCP4 1",
      "PROXY \r\n",
      "PROXY TCP5 192.0.2.7 198.51.100.1 40320 1883\r\n",
      "PROXY tcp4 192.0.2.7 198.51.100.1 40320 1883\r\n",
      "PROXY UNKNOWNX\r\n",
      "PROXY TCP4  192.0.2.7 198.51.100.1 40320 1883\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 40320 1883 \r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 40320\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 40320 65536\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 040 1883\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 -1 1883\r\n",
      "PROXY TCP4 192.0.2 198.51.100.1 40320 1883\r\n",
      "PROXY TCP4 2001:db8::7 198.51.100.1 40320 1883\r\n",
      "PROXY TCP4 192.0.2.7 host 40320 1883\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 40320 1883\n" + std::string(107, 'x'),
      "PROXY " + std::string(107, 'x'),
      version2("\x11\x11", kIpv4Block),
      version2("\x22\x11", kIpv4Block),
      version2("\x21\x11", kIpv4Block.substr(1)),
      version2("\x21\x21", kIpv4Block),
      version2("\x21\x11", std::string(kProxyHeaderBytesMax, 'x')),
  };
  for (const std::string& row : kRows) {
    EXPECT_FALSE(parse_proxy_header(as_bytes(row))) << row;
  }
}

TEST(ProxyTransform, passes_on_what_follows_and_leaves_the_chain) {
  const std::string wire = kGood[0].header + "\x10packets";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    StreamEnd end(stream_of(std::make_unique<ProxyTransform>()));
    Bytes bytes(as_bytes(wire).begin(), as_bytes(wire).end());
    end.feed(std::span(bytes).first(cut));
    end.feed(std::span(bytes).subspan(cut));
    EXPECT_EQ(as_text(end.received), "\x10packets") << cut;
    EXPECT_EQ(end.facts.address, "192.0.2.7:40320");
    EXPECT_EQ(end.times_ready, 1);
    EXPECT_TRUE(end.stream().transparent());
  }
}

TEST(ProxyTransform, a_stream_without_a_header_fails) {
  StreamEnd end(stream_of(std::make_unique<ProxyTransform>()));
  Bytes bytes(as_bytes("\x10\x0C").begin(), as_bytes("\x10\x0C").end());
  end.feed(bytes);
  EXPECT_EQ(end.state, StreamState::kFailed);
  EXPECT_EQ(end.stream().failure().what, "no PROXY header");
}

}  // namespace
}  // namespace godwit::net::test
