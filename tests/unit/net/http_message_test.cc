#include "broker/net/http_message.h"

#include <gtest/gtest.h>

#include <string>

namespace godwit::net::test {
namespace {

constexpr std::size_t kMax = 8192;

struct GoodRow {
  const char* name;
  std::string_view bytes;
  std::string_view method;
  std::string_view target;
  bool keep_alive;
};

const GoodRow kGood[] = {
    {"plain", "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/metrics", true},
    {"head", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", "/", true},
    {"query", "GET /metrics?name[]=a HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/metrics?name[]=a",
     true},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET", "/", true},
    {"field names in any case", "GET / HTTP/1.1\r\nhOsT: a\r\ncOnNeCtIoN: CLOSE\r\n\r\n", "GET",
     "/", false},
    {"close among options", "GET / HTTP/1.1\r\nHost: a\r\nConnection: te , close\r\n\r\n", "GET",
     "/", false},
    {"an option that only contains close",
     "GET / HTTP/1.1\r\nHost: a\r\nConnection: closet\r\n\r\n", "GET", "/", true},
    {"1.0 closes", "GET / HTTP/1.0\r\n\r\n", "GET", "/", false},
    {"1.0 may stay", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET", "/", true},
    {"empty body announced", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "GET", "/",
     true},
    {"blanks around a value", "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n", "GET", "/", true},
};

TEST(HttpHead, reads_requests) {
  for (const GoodRow& row : kGood) {
    SCOPED_TRACE(row.name);
    const auto head = parse_http_head(row.bytes, kMax);
    ASSERT_TRUE(head) << head.error().what;
    ASSERT_TRUE(head->has_value());
    EXPECT_EQ((*head)->request.method, row.method);
    EXPECT_EQ((*head)->request.target, row.target);
    EXPECT_EQ((*head)->keep_alive, row.keep_alive);
    EXPECT_EQ((*head)->size, row.bytes.size());
  }
}

TEST(HttpHead, every_truncation_of_a_good_one_waits_for_more) {
  for (const GoodRow& row : kGood) {
    for (std::size_t size = 0; size < row.bytes.size(); ++size) {
      const auto head = parse_http_head(row.bytes.substr(0, size), kMax);
      ASSERT_TRUE(head) << row.name;
      EXPECT_FALSE(head->has_value()) << row.name;
    }
  }
}

TEST(HttpHead, leaves_what_follows_alone) {
  const std::string two = "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto head = parse_http_head(two, kMax);
  ASSERT_TRUE(head);
  EXPECT_EQ((*head)->size, two.size() / 2);
  EXPECT_EQ((*head)->request.target, "/a");
}

struct BadRow {
  const char* name;
  std::string_view bytes;
  unsigned status;
};

const BadRow kBad[] = {
    {"nothing", "\r\n\r\n", 400},
    {"one word", "GET\r\n\r\n", 400},
    {"two words", "GET /\r\n\r\n", 400},
    {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"control character in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"target not ASCII", "GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"target without slash", "GET metrics HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"not a method", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"not HTTP", "GET / FTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"long version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
    {"HTTP 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"header without colon", "GET / HTTP/1.1\r\nHost: a\r\nBroken\r\n\r\n", 400},
    {"blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
    {"no header name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
    {"folded header", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400},
    {"lone CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400},
    {"lone LF in a value", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
    {"NUL in a value", std::string_view("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30), 400},
    {"a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"a body of nonsense length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 5\r\n\r\n", 400},
    {"chunks", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"post", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    {"a method of tomorrow", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    {"options with a star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 405},
};

TEST(HttpHead, refuses_what_it_does_not_serve) {
  for (const BadRow& row : kBad) {
    SCOPED_TRACE(row.name);
    const auto head = parse_http_head(row.bytes, kMax);
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().status, row.status) << head.error().what;
  }
}

TEST(HttpHead, is_bounded) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string fits = start + std::string(kMax - start.size() - end.size(), 'x') + end;
  ASSERT_EQ(fits.size(), kMax);
  EXPECT_TRUE(parse_http_head(fits, kMax));
  // Also if its end came just behind the bound.
  for (const std::string& large : {fits + "x", start + std::string(kMax, 'x') + end}) {
    const auto head = parse_http_head(large.substr(0, kMax + 100), kMax);
    if (large == fits + "x") {
      EXPECT_TRUE(head);
    } else {
      ASSERT_FALSE(head);
      EXPECT_EQ(head.error().status, 431U);
    }
  }
}

TEST(HttpResponse, is_written_with_its_length) {
  EXPECT_EQ(format_http({200, "text/plain", "hello"}, true, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
            "Cache-Control: no-store\r\n\r\nhello");
}

TEST(HttpResponse, to_head_has_the_length_and_no_body) {
  EXPECT_EQ(format_http({404, "text/plain", "hello"}, false, false),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
}

TEST(HttpResponse, names_the_methods_that_are_allowed) {
  const std::string text = format_http(response_to({405, "no"}), true, false);
  EXPECT_NE(text.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
}

}  // namespace
}  // namespace godwit::net::test
